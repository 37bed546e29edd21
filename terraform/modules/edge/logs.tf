# The load balancer's access logs.

module "logs" {
  source          = "../bucket"
  name            = "${var.name}-access-logs-${data.aws_caller_identity.current.account_id}"
  expiration_days = var.log_retention_days

  statements = [{
    Sid       = "LoadBalancerWrites"
    Effect    = "Allow"
    Principal = { Service = "logdelivery.elasticloadbalancing.amazonaws.com" }
    Action    = "s3:PutObject"
    Resource  = "arn:aws:s3:::${var.name}-access-logs-${data.aws_caller_identity.current.account_id}/AWSLogs/${data.aws_caller_identity.current.account_id}/*"
  }]
}

data "aws_caller_identity" "current" {}
