output "connection" {
  description = "How to connect: host, port, name, the readers' host (null without), and the ARN of the secret with the login."
  value = {
    host       = local.endpoint.host
    port       = local.port
    name       = local.dbname
    reader     = local.endpoint.reader
    secret_arn = local.endpoint.secret_arn
  }

  # A cluster without an instance answers no client.
  depends_on = [aws_rds_cluster_instance.this]
}

output "dimensions" {
  description = "The database's dimensions in metrics."
  value       = local.endpoint.dimensions
}

output "private_name" {
  description = "The database's name within the VPC, for people and their tools."
  value       = aws_route53_record.writer.name
}

output "security_group_id" {
  description = "The database's security group."
  value       = aws_security_group.this.id
}
