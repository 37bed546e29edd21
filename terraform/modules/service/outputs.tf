output "security_group_id" {
  description = "The tasks' security group."
  value       = aws_security_group.this.id
}

output "cluster" {
  description = "The ECS cluster's name."
  value       = aws_ecs_cluster.this.name
}

output "service" {
  description = "The ECS service's name, known before it is there: its deployments look at alarms that look at it."
  value       = local.service_name
}

output "log_group" {
  description = "The tasks' log group."
  value       = aws_cloudwatch_log_group.tasks.name
}

output "task_definitions" {
  description = "The newest revision of each task definition."
  value       = { for task, definition in aws_ecs_task_definition.this : task => definition.arn }
}

output "network_configuration" {
  description = "Where one-off tasks run, as `aws ecs run-task --network-configuration` wants it."
  value = jsonencode({
    awsvpcConfiguration = {
      subnets        = var.subnet_ids
      securityGroups = [aws_security_group.this.id]
      assignPublicIp = "DISABLED"
    }
  })
}

output "import_bucket" {
  description = "The bucket for files to import."
  value       = module.imports.name
}

output "port" {
  description = "The port that tasks listen on."
  value       = local.port
}
