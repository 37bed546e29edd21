output "url" {
  description = "The service's address."
  value       = module.edge.url
}

output "release" {
  description = "The release that runs."
  value       = var.release

  # Not that of a deployment that was rolled back.
  depends_on = [module.service]
}

output "cluster" {
  description = "The ECS cluster."
  value       = module.service.cluster
}

output "service" {
  description = "The ECS service."
  value       = module.service.service
}

output "task_definitions" {
  description = "The newest revision of each task definition: serve, migrate, import, console."
  value       = module.service.task_definitions
}

output "network_configuration" {
  description = "For `aws ecs run-task --network-configuration`."
  value       = module.service.network_configuration
}

output "import_bucket" {
  description = "The bucket for files to import."
  value       = module.service.import_bucket
}

output "database_name" {
  description = "The database's name within the VPC, for tunnels."
  value       = module.database.private_name
}

output "database_secret_arn" {
  description = "The secret with the database's login."
  value       = module.database.connection.secret_arn
}

output "alarms" {
  description = "All alarms."
  value       = module.alarms.names
}

output "sign_in" {
  description = "With cognito: issuer, app client, and where users sign in."
  value       = one(module.cognito[*])
}
