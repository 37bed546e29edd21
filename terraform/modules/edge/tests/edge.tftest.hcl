mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                      = "candleql-test"
  domain_name               = "test.candleql.example.com"
  zone_id                   = "Z0000000000000000000"
  vpc_id                    = "vpc-test"
  public_subnet_ids         = ["subnet-public-a", "subnet-public-b"]
  private_subnet_ids        = ["subnet-private-a", "subnet-private-b"]
  service_security_group_id = "sg-service"
  target_port               = 8000
  api_gateway               = false
  requests_per_5_min        = 1000
  deletion_protection       = true
  kms_key_arn               = "arn:aws:kms:eu-central-1:222222222222:key/test"
  log_retention_days        = 30
  permissions_boundary_arn  = "arn:aws:iam::222222222222:policy/test"
}

override_resource {
  target = aws_lb_target_group.this["blue"]
  values = { arn = "arn:aws:elasticloadbalancing:eu-central-1:222222222222:targetgroup/blue/0" }
}

override_resource {
  target = aws_lb_target_group.this["green"]
  values = { arn = "arn:aws:elasticloadbalancing:eu-central-1:222222222222:targetgroup/green/0" }
}

run "http_becomes_https" {
  assert {
    condition = (
      aws_lb_listener.http.port == 80
      && one(one(aws_lb_listener.http.default_action).redirect).protocol == "HTTPS"
      && one(one(aws_lb_listener.http.default_action).redirect).port == "443"
      && one(one(aws_lb_listener.http.default_action).redirect).status_code == "HTTP_301"
    )
    error_message = "80 does not redirect to 443"
  }

  assert {
    condition     = aws_lb_listener.https.port == 443 && startswith(aws_lb_listener.https.ssl_policy, "ELBSecurityPolicy-TLS13-1-2")
    error_message = "no TLS 1.3, or something older than 1.2"
  }
}

run "only_the_name_is_served" {
  assert {
    condition     = one(aws_lb_listener.https.default_action).type == "fixed-response" && one(one(aws_lb_listener.https.default_action).fixed_response).status_code == "404"
    error_message = "requests for other names are forwarded"
  }

  assert {
    condition     = one(one(aws_lb_listener_rule.service.condition).host_header).values == toset(["test.candleql.example.com"])
    error_message = "the rule is not for the name"
  }
}

run "all_requests_begin_with_the_blue_group" {
  assert {
    condition = { for group in one(one(aws_lb_listener_rule.service.action).forward).target_group : group.arn => group.weight } == {
      (aws_lb_target_group.this["blue"].arn)  = 100
      (aws_lb_target_group.this["green"].arn) = 0
    }
    error_message = "the weights are not 100 for blue and 0 for green"
  }
}

run "tasks_are_asked_whether_they_can_answer" {
  assert {
    condition     = alltrue([for group in aws_lb_target_group.this : one(group.health_check).path == "/_healthcheck" && one(group.health_check).matcher == "200" && group.target_type == "ip" && group.port == 8000])
    error_message = "the health check asks something else"
  }

  # A request takes up to 20 s: the target must stay for longer once it gets no new ones.
  assert {
    condition     = alltrue([for group in aws_lb_target_group.this : tonumber(group.deregistration_delay) > 20])
    error_message = "requests are cut when a task leaves"
  }
}

run "the_load_balancer_faces_the_internet" {
  assert {
    condition     = !aws_lb.this.internal && aws_lb.this.subnets == toset(["subnet-public-a", "subnet-public-b"])
    error_message = "the load balancer is not public"
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.alb : rule.cidr_ipv4 == "0.0.0.0/0"]) && toset([for rule in aws_vpc_security_group_ingress_rule.alb : rule.to_port]) == toset([80, 443])
    error_message = "80 and 443 are not open, or something else is"
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.alb.referenced_security_group_id == "sg-service" && aws_vpc_security_group_egress_rule.alb.to_port == 8000
    error_message = "the load balancer reaches others than the service"
  }

  assert {
    condition     = aws_wafv2_web_acl_association.this.resource_arn == aws_lb.this.arn
    error_message = "the firewall stands elsewhere"
  }

  assert {
    condition     = one(aws_route53_record.alias.alias).name == aws_lb.this.dns_name && aws_route53_record.alias.name == "test.candleql.example.com"
    error_message = "the name leads elsewhere"
  }

  assert {
    condition     = length(aws_api_gateway_rest_api.this) == 0 && length(aws_apigatewayv2_vpc_link.this) == 0
    error_message = "there is an API Gateway that no variable asks for"
  }

  assert {
    condition     = aws_lb.this.enable_deletion_protection
    error_message = "the load balancer can be deleted"
  }
}

run "the_firewall_limits_rates_and_lets_graphql_through" {
  assert {
    condition     = one([for rule in aws_wafv2_web_acl.this.rule : one(one(rule.statement).rate_based_statement).limit if rule.name == "rate"]) == 1000
    error_message = "another rate"
  }

  assert {
    condition     = [for rule in aws_wafv2_web_acl.this.rule : rule.priority if rule.name == "rate"] == [0]
    error_message = "the rate is not asked first"
  }

  assert {
    condition = toset([
      for override in one(one(one([for rule in aws_wafv2_web_acl.this.rule : rule if rule.name == "AWSManagedRulesCommonRuleSet"]).statement).managed_rule_group_statement).rule_action_override : override.name
    ]) == toset(["SizeRestrictions_BODY", "SizeRestrictions_QUERYSTRING", "CrossSiteScripting_BODY", "GenericRFI_BODY", "EC2MetaDataSSRF_BODY"])
    error_message = "documents of some kilobytes are refused"
  }

  assert {
    condition     = toset([for field in aws_wafv2_web_acl_logging_configuration.this.redacted_fields : one(field.single_header).name]) == toset(["authorization", "x-api-key", "cookie"])
    error_message = "keys or tokens are logged"
  }
}

run "the_certificate_is_validated_by_a_record" {
  assert {
    condition     = aws_acm_certificate.this.validation_method == "DNS" && aws_route53_record.validation.name == one(aws_acm_certificate.this.domain_validation_options).resource_record_name
    error_message = "the certificate cannot be validated"
  }
}

run "only_the_load_balancer_writes_access_logs" {
  assert {
    condition     = one(aws_lb.this.access_logs).enabled && one(aws_lb.this.access_logs).bucket == module.logs.name
    error_message = "there are no access logs"
  }
}

run "api_gateway_faces_the_internet_instead" {
  variables {
    api_gateway = true
  }

  assert {
    condition     = aws_lb.this.internal && aws_lb.this.subnets == toset(["subnet-private-a", "subnet-private-b"])
    error_message = "the load balancer is public still"
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.alb : rule.referenced_security_group_id == aws_security_group.vpc_link[0].id])
    error_message = "others than API Gateway reach the load balancer"
  }

  assert {
    condition     = aws_wafv2_web_acl_association.this.resource_arn == aws_api_gateway_stage.this[0].arn
    error_message = "the firewall stands elsewhere"
  }

  assert {
    condition     = one(aws_route53_record.alias.alias).name == aws_api_gateway_domain_name.this[0].regional_domain_name
    error_message = "the name leads past API Gateway"
  }

  assert {
    condition     = { for path, integration in aws_api_gateway_integration.any : path => integration.uri } == { root = "https://test.candleql.example.com:443/", any = "https://test.candleql.example.com:443/{proxy}" }
    error_message = "paths are not handed on as they are"
  }

  assert {
    condition     = alltrue([for integration in aws_api_gateway_integration.any : integration.connection_type == "VPC_LINK" && integration.integration_target == aws_lb.this.arn && integration.response_transfer_mode == "STREAM"])
    error_message = "requests do not go to the load balancer by the link, or answers are limited to 10 MB"
  }

  assert {
    condition     = aws_api_gateway_rest_api.this[0].disable_execute_api_endpoint
    error_message = "there is a second way in, by API Gateway's own name"
  }

  assert {
    condition     = aws_iam_role.api_logs[0].permissions_boundary == var.permissions_boundary_arn
    error_message = "the role has no boundary"
  }
}

run "a_name_that_is_too_long_is_refused" {
  command = plan

  variables {
    name = "candleql-an-environment-too-many"
  }

  expect_failures = [var.name]
}
