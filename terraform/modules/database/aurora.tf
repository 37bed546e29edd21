# An Aurora cluster, Serverless v2: a writer and readers that grow and shrink with the load.

resource "aws_rds_cluster" "this" {
  #checkov:skip=CKV2_AWS_27:log_statement and log_min_duration_statement are in the parameter group, by a dynamic block that the check does not follow
  #checkov:skip=CKV_AWS_162:Logs in with a password that rotates
  #checkov:skip=CKV2_AWS_8:Backups are Aurora's own, and copies elsewhere are the organization's affair
  count              = local.is_aurora ? 1 : 0
  cluster_identifier = var.name

  engine                          = "aurora-postgresql"
  engine_mode                     = "provisioned"
  engine_version                  = local.version
  allow_major_version_upgrade     = true
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.this[0].name

  serverlessv2_scaling_configuration {
    min_capacity = var.aurora.min_acu
    max_capacity = var.aurora.max_acu
  }

  # Storage grows by itself.
  storage_encrypted = true
  kms_key_id        = var.kms_key_arn

  # RDS makes the password, keeps it in Secrets Manager, and changes it every seven days.
  database_name                 = local.dbname
  master_username               = local.username
  manage_master_user_password   = true
  master_user_secret_kms_key_id = var.kms_key_arn

  port                   = local.port
  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]

  backup_retention_period      = var.backup_days
  preferred_backup_window      = "02:00-03:00"
  preferred_maintenance_window = "sun:03:30-sun:04:30"
  copy_tags_to_snapshot        = true
  delete_automated_backups     = false
  deletion_protection          = var.deletion_protection
  skip_final_snapshot          = !var.deletion_protection
  final_snapshot_identifier    = "${var.name}-final"

  # AWS makes the planned changes at the apply, not in the next maintenance window.
  apply_immediately = true

  enabled_cloudwatch_logs_exports = ["postgresql"]

  depends_on = [aws_cloudwatch_log_group.this]
}

# The first is the writer; a reader takes over where it fails.
resource "aws_rds_cluster_instance" "this" {
  count              = local.is_aurora ? 1 + var.aurora.readers : 0
  identifier         = "${var.name}-${count.index}"
  cluster_identifier = aws_rds_cluster.this[0].id

  engine                     = aws_rds_cluster.this[0].engine
  engine_version             = aws_rds_cluster.this[0].engine_version
  instance_class             = "db.serverless"
  auto_minor_version_upgrade = true
  promotion_tier             = count.index
  publicly_accessible        = false
  copy_tags_to_snapshot      = true
  apply_immediately          = true

  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.kms_key_arn
  monitoring_interval             = 60
  monitoring_role_arn             = aws_iam_role.monitoring.arn
}

resource "aws_rds_cluster_parameter_group" "this" {
  count       = local.is_aurora ? 1 : 0
  name_prefix = "${var.name}-"
  family      = "aurora-postgresql${local.version}"

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
