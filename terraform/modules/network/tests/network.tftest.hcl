mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                     = "candleql-test"
  cidr                     = "10.1.0.0/16"
  zones                    = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
  nat                      = "single"
  interface_endpoints      = false
  kms_key_arn              = "arn:aws:kms:eu-central-1:222222222222:key/test"
  log_retention_days       = 30
  permissions_boundary_arn = "arn:aws:iam::222222222222:policy/test"
}

run "three_kinds_of_subnets_in_each_zone" {
  assert {
    condition     = { for zone, subnet in aws_subnet.public : zone => subnet.cidr_block } == { eu-central-1a = "10.1.0.0/24", eu-central-1b = "10.1.1.0/24", eu-central-1c = "10.1.2.0/24" }
    error_message = "public subnets have other addresses"
  }

  assert {
    condition     = { for zone, subnet in aws_subnet.isolated : zone => subnet.cidr_block } == { eu-central-1a = "10.1.8.0/24", eu-central-1b = "10.1.9.0/24", eu-central-1c = "10.1.10.0/24" }
    error_message = "isolated subnets have other addresses"
  }

  assert {
    condition     = { for zone, subnet in aws_subnet.private : zone => subnet.cidr_block } == { eu-central-1a = "10.1.16.0/20", eu-central-1b = "10.1.32.0/20", eu-central-1c = "10.1.48.0/20" }
    error_message = "private subnets have other addresses"
  }

  assert {
    condition     = alltrue([for zone, subnet in merge(aws_subnet.public, aws_subnet.private) : subnet.availability_zone == zone])
    error_message = "a subnet is in another zone"
  }
}

run "isolated_subnets_have_no_way_out" {
  # Only public and private subnets are taken from the main route table, which has no routes.
  assert {
    condition = length(setintersection(
      concat([for it in aws_route_table_association.public : it.subnet_id], [for it in aws_route_table_association.private : it.subnet_id]),
      [for subnet in aws_subnet.isolated : subnet.id],
    )) == 0
    error_message = "an isolated subnet has routes"
  }
}

run "one_gateway_for_all_zones" {
  assert {
    condition     = keys(aws_nat_gateway.this) == ["eu-central-1a"]
    error_message = "not one gateway"
  }

  assert {
    condition     = alltrue([for route in aws_route.nat : route.nat_gateway_id == aws_nat_gateway.this["eu-central-1a"].id]) && length(aws_route.nat) == 3
    error_message = "not all zones go through the gateway"
  }

  assert {
    condition     = length(aws_vpc_endpoint.interface) == 0 && aws_vpc_endpoint.s3.vpc_endpoint_type == "Gateway"
    error_message = "there are endpoints that no variable asks for, or none for S3"
  }
}

run "a_gateway_for_each_zone" {
  variables {
    nat = "per_zone"
  }

  assert {
    condition     = alltrue([for zone, route in aws_route.nat : route.nat_gateway_id == aws_nat_gateway.this[zone].id]) && length(aws_nat_gateway.this) == 3
    error_message = "a zone goes through another's gateway"
  }

  assert {
    condition     = alltrue([for zone, gateway in aws_nat_gateway.this : gateway.subnet_id == aws_subnet.public[zone].id])
    error_message = "a gateway is not in its zone's public subnet"
  }
}

run "no_gateway_but_endpoints" {
  variables {
    nat                 = "none"
    interface_endpoints = true
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 0 && length(aws_route.nat) == 0 && length(aws_eip.nat) == 0
    error_message = "there is a way to the internet"
  }

  assert {
    condition     = toset([for endpoint in aws_vpc_endpoint.interface : trimprefix(endpoint.service_name, "com.amazonaws.eu-central-1.")]) == toset(["ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssmmessages"])
    error_message = "other endpoints than tasks need"
  }

  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.private_dns_enabled])
    error_message = "an endpoint does not answer to the service's own name"
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.endpoints[0].cidr_ipv4 == "10.1.0.0/16" && aws_vpc_security_group_ingress_rule.endpoints[0].to_port == 443
    error_message = "others than the VPC reach the endpoints"
  }
}

run "all_traffic_is_on_record" {
  assert {
    condition     = aws_flow_log.this.traffic_type == "ALL" && aws_flow_log.this.vpc_id == aws_vpc.this.id
    error_message = "flow logs miss something"
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.flow.policy).Statement[0].Resource == "${aws_cloudwatch_log_group.flow.arn}:*"
    error_message = "flow logs may write elsewhere"
  }

  assert {
    condition     = length(aws_default_security_group.this.ingress) == 0 && length(aws_default_security_group.this.egress) == 0
    error_message = "the default security group allows something"
  }
}

run "no_gateway_and_no_endpoints_is_refused" {
  command = plan

  variables {
    nat = "none"
  }

  expect_failures = [var.nat]
}

run "one_zone_is_refused" {
  command = plan

  variables {
    zones = ["eu-central-1a"]
  }

  expect_failures = [var.zones]
}

run "the_same_zone_twice_is_refused" {
  command = plan

  variables {
    zones = ["eu-central-1a", "eu-central-1a"]
  }

  expect_failures = [var.zones]
}

run "a_network_that_is_too_small_is_refused" {
  command = plan

  variables {
    cidr = "10.1.0.0/20"
  }

  expect_failures = [var.cidr]
}
