# PostgreSQL: one RDS instance (instance.tf), or an Aurora cluster (aurora.tf). What both have:

locals {
  is_aurora = var.aurora != null
  port      = 5432
  username  = "candleql"
  dbname    = "candleql"
  version   = "17"

  # What other modules need of either. A cluster has an endpoint for its readers.
  endpoint = local.is_aurora ? {
    host       = aws_rds_cluster.this[0].endpoint
    reader     = var.aurora.readers > 0 ? aws_rds_cluster.this[0].reader_endpoint : null
    secret_arn = aws_rds_cluster.this[0].master_user_secret[0].secret_arn
    dimensions = { DBClusterIdentifier = aws_rds_cluster.this[0].cluster_identifier }
    } : {
    host       = aws_db_instance.this[0].address
    reader     = null
    secret_arn = aws_db_instance.this[0].master_user_secret[0].secret_arn
    dimensions = { DBInstanceIdentifier = aws_db_instance.this[0].identifier }
  }

  # PostgreSQL logs statements that take longer than a second, and all that change tables.
  parameters = {
    "rds.force_ssl"              = "1"
    "log_min_duration_statement" = "1000"
    "log_statement"              = "ddl"
  }
}

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_security_group" "this" {
  name        = "${var.name}-database"
  description = "Database: PostgreSQL from the service's tasks"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "client" {
  security_group_id            = aws_security_group.this.id
  description                  = "From the service's tasks"
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  referenced_security_group_id = var.client_security_group_id
}

# Names for people and their tools, the same in every environment: db.NAME.internal. Servers use
# the endpoints' own names, which are those that the certificates are for.
resource "aws_route53_zone" "this" {
  name = "${var.name}.internal"

  vpc {
    vpc_id = var.vpc_id
  }
}

resource "aws_route53_record" "writer" {
  zone_id = aws_route53_zone.this.zone_id
  name    = "db.${aws_route53_zone.this.name}"
  type    = "CNAME"
  ttl     = 30
  records = [local.endpoint.host]
}

resource "aws_route53_record" "reader" {
  count   = try(var.aurora.readers, 0) > 0 ? 1 : 0
  zone_id = aws_route53_zone.this.zone_id
  name    = "db-reader.${aws_route53_zone.this.name}"
  type    = "CNAME"
  ttl     = 30
  records = [local.endpoint.reader]
}

# Reads the machine's own figures (enhanced monitoring).
resource "aws_iam_role" "monitoring" {
  name                 = "${var.name}-database-monitoring"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "monitoring.rds.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  role       = aws_iam_role.monitoring.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/rds/${local.is_aurora ? "cluster" : "instance"}/${var.name}/postgresql"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}
