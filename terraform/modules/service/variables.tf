variable "name" {
  description = "What all names begin with, such as candleql-dev."
  type        = string
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "vpc_cidr" {
  description = "The VPC's addresses: the load balancer's are among them."
  type        = string
}

variable "subnet_ids" {
  description = "Where tasks run: private subnets."
  type        = list(string)
}

variable "app_image" {
  description = "The server's image, by its digest."
  type        = string
}

variable "nginx_image" {
  description = "nginx's image, by its digest."
  type        = string
}

variable "aws_cli_image" {
  description = "An image of AWS's command line, for fetching files and for the console's shell."
  type        = string
}

variable "repository_arns" {
  description = "The repositories of the images."
  type        = list(string)
}

variable "cpu" {
  description = "A task's CPU, in 1/1024 of one."
  type        = number
}

variable "memory" {
  description = "A task's memory, in MiB; half of it is for histories and series."
  type        = number

  validation {
    condition     = var.memory >= 1024
    error_message = "memory must be 1024 at least: half of it is the cache, and requests in flight may take 300."
  }
}

variable "min_tasks" {
  description = "Least number of tasks: 2, so that one zone's failure leaves another."
  type        = number

  validation {
    condition     = var.min_tasks >= 2
    error_message = "min_tasks must be 2 at least: tasks lie in different zones, and one of those may fail."
  }
}

variable "max_tasks" {
  description = "Most tasks."
  type        = number

  validation {
    condition     = var.max_tasks >= var.min_tasks
    error_message = "max_tasks must not be less than min_tasks."
  }
}

variable "requests_per_task_per_min" {
  description = "Autoscaling adds tasks above this number of requests per task and minute."
  type        = number
}

variable "settings" {
  description = "Settings of the server by their variables' names, besides and above those that are set here."
  type        = map(string)

  validation {
    condition     = length(setintersection(keys(var.settings), ["CANDLEQL_LISTEN", "CANDLEQL_REQUEST_TIMEOUT_MS", "CANDLEQL_SHUTDOWN_TIMEOUT_MS"])) == 0
    error_message = "settings must not have CANDLEQL_LISTEN, CANDLEQL_REQUEST_TIMEOUT_MS or CANDLEQL_SHUTDOWN_TIMEOUT_MS: nginx and ECS count on what they are."
  }
}

variable "nginx_settings" {
  description = "Settings of nginx by their variables' names (docs/small-deployment.md), besides and above those that are set here."
  type        = map(string)
}

variable "bake_minutes" {
  description = "How long the old tasks stay after a deployment, for an alarm to send the requests back to them."
  type        = number
}

variable "rollback_alarm_names" {
  description = "The alarms that end a deployment."
  type        = list(string)
}

variable "load_balancer_security_group_id" {
  description = "The load balancer's security group."
  type        = string
}

variable "target_groups" {
  description = "The blue and the green target group: ARN, and name in metrics."
  type        = map(object({ arn = string, metric = string }))
}

variable "listener_rule_arn" {
  description = "The rule whose weights a deployment moves."
  type        = string
}

variable "database" {
  description = "How to connect to the database, and the secret with the login."
  type = object({
    host       = string
    port       = number
    name       = string
    reader     = string
    secret_arn = string
  })
}

variable "database_security_group_id" {
  description = "The database's security group."
  type        = string
}

variable "kms_key_arn" {
  description = "The key that encrypts logs, files and the secret."
  type        = string
}

variable "log_retention_days" {
  description = "How many days to keep logs."
  type        = number
}

variable "permissions_boundary_arn" {
  description = "The policy that bounds every role."
  type        = string
}
