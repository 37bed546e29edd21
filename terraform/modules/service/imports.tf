# Files of prices that are to be imported. What has been imported may stay: twice is once.

module "imports" {
  source      = "../bucket"
  name        = "${var.name}-imports-${data.aws_caller_identity.current.account_id}"
  kms_key_arn = var.kms_key_arn
}
