# What an account needs before Terraform can work in it: a bucket for states.
# With an environment, also the roles that may plan and apply it (github.tf, boundary.tf);
# with repositories, also the registry of images and the role that may push them (registry.tf).

locals {
  state_bucket = "candleql-state-${var.account_id}"
}

module "state" {
  source          = "../modules/bucket"
  name            = local.state_bucket
  kms_key_arn     = aws_kms_key.state.arn
  noncurrent_days = 365
}

resource "aws_kms_key" "state" {
  description             = "candleql: Terraform's states"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      # What the account's own policies allow; without it, no user could change this policy again.
      Sid       = "Account"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${var.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

resource "aws_kms_alias" "state" {
  name          = "alias/candleql-state"
  target_key_id = aws_kms_key.state.key_id
}
