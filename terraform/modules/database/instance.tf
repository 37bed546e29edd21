# One RDS instance.

resource "aws_db_instance" "this" {
  #checkov:skip=CKV2_AWS_69:rds.force_ssl is in the parameter group, by a dynamic block that the check does not follow
  #checkov:skip=CKV_AWS_161:Logs in with a password that rotates
  count      = local.is_aurora ? 0 : 1
  identifier = var.name

  engine                      = "postgres"
  engine_version              = local.version
  auto_minor_version_upgrade  = true
  allow_major_version_upgrade = true
  parameter_group_name        = aws_db_parameter_group.this[0].name
  instance_class              = var.instance.class
  multi_az                    = var.instance.multi_az

  storage_type          = "gp3"
  allocated_storage     = var.instance.storage_gib
  max_allocated_storage = var.instance.max_storage_gib
  storage_encrypted     = true
  kms_key_id            = var.kms_key_arn

  # RDS makes the password, keeps it in Secrets Manager, and changes it every seven days.
  db_name                       = local.dbname
  username                      = local.username
  manage_master_user_password   = true
  master_user_secret_kms_key_id = var.kms_key_arn

  port                   = local.port
  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]
  publicly_accessible    = false

  backup_retention_period   = var.backup_days
  backup_window             = "02:00-03:00"
  maintenance_window        = "sun:03:30-sun:04:30"
  copy_tags_to_snapshot     = true
  delete_automated_backups  = false
  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = !var.deletion_protection
  final_snapshot_identifier = "${var.name}-final"

  # AWS makes the planned changes at the apply, not in the next maintenance window.
  apply_immediately = true

  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.kms_key_arn
  monitoring_interval             = 60
  monitoring_role_arn             = aws_iam_role.monitoring.arn
  enabled_cloudwatch_logs_exports = ["postgresql"]

  depends_on = [aws_cloudwatch_log_group.this]
}

resource "aws_db_parameter_group" "this" {
  count       = local.is_aurora ? 0 : 1
  name_prefix = "${var.name}-"
  family      = "postgres${local.version}"

  dynamic "parameter" {
    for_each = local.parameters

    content {
      name  = parameter.key
      value = parameter.value
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}
