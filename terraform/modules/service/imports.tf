# Files of prices to import. Imported files may stay: a second import changes nothing.

module "imports" {
  source      = "../bucket"
  name        = "${var.name}-imports-${data.aws_caller_identity.current.account_id}"
  kms_key_arn = var.kms_key_arn
}
