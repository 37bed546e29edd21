mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name = "candleql-test"
}

run "private_and_by_tls_alone" {
  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls,
      aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls,
      aws_s3_bucket_public_access_block.this.restrict_public_buckets,
    ])
    error_message = "the bucket can be made public"
  }

  assert {
    condition = jsondecode(aws_s3_bucket_policy.this.policy).Statement == [{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = ["arn:aws:s3:::candleql-test", "arn:aws:s3:::candleql-test/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
    error_message = "the policy is not the one that refuses what is not TLS"
  }
}

run "without_a_key_s3_encrypts" {
  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "no encryption by S3"
  }

  assert {
    condition     = length(one(aws_s3_bucket_lifecycle_configuration.this.rule).expiration) == 0
    error_message = "objects expire although no variable says when"
  }
}

run "with_a_key_that_encrypts" {
  variables {
    kms_key_arn     = "arn:aws:kms:eu-central-1:222222222222:key/test"
    expiration_days = 30
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).kms_master_key_id == "arn:aws:kms:eu-central-1:222222222222:key/test"
    error_message = "not encrypted with the key"
  }

  assert {
    condition     = one(one(aws_s3_bucket_lifecycle_configuration.this.rule).expiration).days == 30
    error_message = "objects do not expire"
  }
}

run "further_statements_come_after" {
  variables {
    statements = [{ Sid = "More", Effect = "Allow", Principal = { Service = "logs.amazonaws.com" }, Action = "s3:PutObject", Resource = "arn:aws:s3:::candleql-test/*" }]
  }

  assert {
    condition     = jsondecode(aws_s3_bucket_policy.this.policy).Statement[*].Sid == ["TlsOnly", "More"]
    error_message = "the policy has other statements"
  }
}
