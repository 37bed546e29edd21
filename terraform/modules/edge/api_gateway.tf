# With api_gateway: a REST API faces the internet, and reaches the load balancer, which is internal
# then, by a VPC link. For usage plans, quotas, or where the company's rules want it.

locals {
  api_gateway = var.api_gateway ? 1 : 0
}

resource "aws_security_group" "vpc_link" {
  count       = local.api_gateway
  name        = "${var.name}-vpc-link"
  description = "API Gateway: to the load balancer out"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_egress_rule" "vpc_link" {
  count                        = local.api_gateway
  security_group_id            = aws_security_group.vpc_link[0].id
  description                  = "To the load balancer"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = aws_security_group.alb.id
}

resource "aws_apigatewayv2_vpc_link" "this" {
  count              = local.api_gateway
  name               = var.name
  subnet_ids         = var.private_subnet_ids
  security_group_ids = [aws_security_group.vpc_link[0].id]
}

resource "aws_api_gateway_rest_api" "this" {
  count                        = local.api_gateway
  name                         = var.name
  disable_execute_api_endpoint = true
  # Bodies and compressed answers pass as they are.
  binary_media_types = ["*/*"]

  endpoint_configuration {
    types = ["REGIONAL"]
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_resource" "any" {
  count       = local.api_gateway
  rest_api_id = aws_api_gateway_rest_api.this[0].id
  parent_id   = aws_api_gateway_rest_api.this[0].root_resource_id
  path_part   = "{proxy+}"
}

locals {
  # The root and everything below it.
  api_paths = var.api_gateway ? {
    root = { resource_id = aws_api_gateway_rest_api.this[0].root_resource_id, path = "", parameters = [] }
    any  = { resource_id = aws_api_gateway_resource.any[0].id, path = "{proxy}", parameters = ["proxy"] }
  } : {}
}

resource "aws_api_gateway_method" "any" {
  #checkov:skip=CKV_AWS_59:Keys and tokens are the server's affair, so that they are the same with and without API Gateway
  #checkov:skip=CKV2_AWS_53:The server validates documents against its schema
  for_each           = local.api_paths
  rest_api_id        = aws_api_gateway_rest_api.this[0].id
  resource_id        = each.value.resource_id
  http_method        = "ANY"
  authorization      = "NONE"
  request_parameters = { for name in each.value.parameters : "method.request.path.${name}" => true }
}

resource "aws_api_gateway_integration" "any" {
  for_each                = local.api_paths
  rest_api_id             = aws_api_gateway_rest_api.this[0].id
  resource_id             = each.value.resource_id
  http_method             = aws_api_gateway_method.any[each.key].http_method
  type                    = "HTTP_PROXY"
  integration_http_method = "ANY"
  connection_type         = "VPC_LINK"
  connection_id           = aws_apigatewayv2_vpc_link.this[0].id
  integration_target      = aws_lb.this.arn
  # The name is the one that the load balancer has the certificate and the rule for.
  uri                = "https://${var.domain_name}:443/${each.value.path}"
  request_parameters = { for name in each.value.parameters : "integration.request.path.${name}" => "method.request.path.${name}" }
  # Whole answers would be limited to 10 MB.
  response_transfer_mode = "STREAM"
}

resource "aws_api_gateway_deployment" "this" {
  count       = local.api_gateway
  rest_api_id = aws_api_gateway_rest_api.this[0].id

  triggers = {
    change = sha1(jsonencode([aws_api_gateway_resource.any, aws_api_gateway_method.any, aws_api_gateway_integration.any]))
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "this" {
  #checkov:skip=CKV_AWS_120:The server keeps answers, and knows when they change
  #checkov:skip=CKV_AWS_73:Traces are the server's
  #checkov:skip=CKV2_AWS_51:Clients are browsers
  #checkov:skip=CKV2_AWS_77:The same; AWSManagedRulesKnownBadInputsRuleSet is among its rules
  count         = local.api_gateway
  rest_api_id   = aws_api_gateway_rest_api.this[0].id
  deployment_id = aws_api_gateway_deployment.this[0].id
  stage_name    = "live"

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.api[0].arn
    format = jsonencode({
      requestId = "$context.requestId"
      ip        = "$context.identity.sourceIp"
      time      = "$context.requestTime"
      method    = "$context.httpMethod"
      path      = "$context.path"
      status    = "$context.status"
      bytes     = "$context.responseLength"
      ms        = "$context.responseLatency"
    })
  }

  depends_on = [aws_api_gateway_account.this]
}

resource "aws_api_gateway_method_settings" "this" {
  #checkov:skip=CKV_AWS_225:The server keeps answers, and knows when they change
  count       = local.api_gateway
  rest_api_id = aws_api_gateway_rest_api.this[0].id
  stage_name  = aws_api_gateway_stage.this[0].stage_name
  method_path = "*/*"

  settings {
    metrics_enabled = true
    logging_level   = "ERROR"
    # Never the requests themselves: they have keys and tokens.
    data_trace_enabled = false
  }
}

resource "aws_api_gateway_domain_name" "this" {
  count                    = local.api_gateway
  domain_name              = var.domain_name
  regional_certificate_arn = aws_acm_certificate_validation.this.certificate_arn
  security_policy          = "TLS_1_2"

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_base_path_mapping" "this" {
  count       = local.api_gateway
  api_id      = aws_api_gateway_rest_api.this[0].id
  stage_name  = aws_api_gateway_stage.this[0].stage_name
  domain_name = aws_api_gateway_domain_name.this[0].domain_name
}

resource "aws_cloudwatch_log_group" "api" {
  count             = local.api_gateway
  name              = "/${var.name}/api-gateway"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

# With what API Gateway writes logs: one setting for the account's whole region.
resource "aws_api_gateway_account" "this" {
  count               = local.api_gateway
  cloudwatch_role_arn = aws_iam_role.api_logs[0].arn

  depends_on = [aws_iam_role_policy_attachment.api_logs]
}

resource "aws_iam_role" "api_logs" {
  count                = local.api_gateway
  name                 = "${var.name}-api-gateway-logs"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "apigateway.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "api_logs" {
  count      = local.api_gateway
  role       = aws_iam_role.api_logs[0].name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}
