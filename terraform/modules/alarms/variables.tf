variable "name" {
  description = "What all names begin with, such as candleql-dev."
  type        = string
}

variable "emails" {
  description = "Addresses that get the alarms; each has to confirm once."
  type        = list(string)
}

variable "load_balancer" {
  description = "The load balancer's name in metrics."
  type        = string
}

variable "target_groups" {
  description = "The target groups' names in metrics, by color."
  type        = map(string)
}

variable "ecs_cluster" {
  description = "The ECS cluster's name."
  type        = string
}

variable "ecs_service" {
  description = "The ECS service's name."
  type        = string
}

variable "log_group" {
  description = "The tasks' log group."
  type        = string
}

variable "database_dimensions" {
  description = "The database's dimensions in metrics."
  type        = map(string)
}

variable "database_storage_gib" {
  description = "An instance's storage as it was made; null for a cluster."
  type        = number
}

variable "database_connections" {
  description = "More connections than these are an alarm."
  type        = number
}

variable "secret_arn" {
  description = "The secret with the database's login."
  type        = string
}

variable "kms_key_arn" {
  description = "The key that messages are encrypted with."
  type        = string
}

variable "permissions_boundary_arn" {
  description = "The policy that bounds every role."
  type        = string
}
