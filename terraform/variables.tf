# The place and the release.

variable "environment" {
  description = "The environment's name: dev, staging, prod."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,16}$", var.environment))
    error_message = "environment must be 2 to 17 of a-z, 0-9 and -, and begin with a letter."
  }
}

variable "account_id" {
  description = "The environment's account; Terraform refuses to work in any other."
  type        = string
}

variable "region" {
  description = "The region."
  type        = string
}

variable "zone_name" {
  description = "The Route53 zone of the name, in the environment's account."
  type        = string
}

variable "domain_name" {
  description = "The name that clients use."
  type        = string
}

variable "registry_account_id" {
  description = "The account of the images (bootstrap/ with repositories)."
  type        = string
}

variable "release" {
  description = "The release that runs: the tag of both images."
  type        = string
}

variable "alarm_emails" {
  description = "The addresses that get alarms; each must confirm once."
  type        = list(string)
}

# The network.

variable "vpc_cidr" {
  description = "The VPC's addresses."
  type        = string
}

variable "zones" {
  description = "The two or three availability zones that everything lies in."
  type        = list(string)
}

variable "nat" {
  description = "NAT gateways: none, single or per_zone."
  type        = string
  default     = "single"
}

variable "interface_endpoints" {
  description = "Whether tasks reach AWS's services within the VPC; without NAT they must."
  type        = bool
  default     = false
}

# The side of the clients.

variable "api_gateway" {
  description = "Whether API Gateway faces the internet instead of the load balancer."
  type        = bool
  default     = false
}

variable "cognito" {
  description = "Whether to make a user pool; then only its signed-in users get answers."
  type        = bool
  default     = false

  validation {
    condition     = !var.cognito || var.nat != "none"
    error_message = "With cognito the server fetches the pool's public keys from the internet: nat must not be none."
  }
}

variable "requests_per_5_min" {
  description = "How many requests an address may send in five minutes before the firewall answers 429."
  type        = number
  default     = 10000
}

# The service.

variable "cpu" {
  description = "A task's CPU, in 1/1024 of one."
  type        = number
  default     = 512
}

variable "memory" {
  description = "A task's memory, in MiB; half of it is for histories and series."
  type        = number
  default     = 1024
}

variable "min_tasks" {
  description = "Least number of tasks, 2 or more."
  type        = number
  default     = 2
}

variable "max_tasks" {
  description = "Most tasks."
  type        = number
  default     = 4
}

variable "requests_per_task_per_min" {
  description = "Autoscaling adds tasks above this number of requests per task and minute."
  type        = number
  default     = 6000
}

variable "settings" {
  description = "Settings of the server by their variables' names (docs/settings.md), such as CANDLEQL_REQUIRE_API_KEY."
  type        = map(string)
  default     = {}
}

variable "nginx_settings" {
  description = "Settings of nginx by their variables' names (docs/small-deployment.md), such as CANDLEQL_REQUESTS_PER_S."
  type        = map(string)
  default     = {}
}

variable "bake_minutes" {
  description = "How long the old tasks stay after a deployment, for an alarm to send the requests back to them."
  type        = number
  default     = 5
}

variable "aws_cli_image" {
  description = "An image of AWS's command line, for imports and the console; without NAT, a copy in your own registry."
  type        = string
  default     = "public.ecr.aws/aws-cli/aws-cli:2.31.0"
}

# The database.

variable "database_instance" {
  description = "One RDS instance: class, storage and how far it may grow, in GiB, and whether a standby waits in another zone."
  type = object({
    class           = string
    storage_gib     = number
    max_storage_gib = number
    multi_az        = bool
  })
  default = {
    class           = "db.t4g.micro"
    storage_gib     = 20
    max_storage_gib = 100
    multi_az        = false
  }
}

variable "database_aurora" {
  description = "An Aurora Serverless v2 cluster instead: least and most capacity of each instance, in ACU, and how many readers."
  type = object({
    min_acu = number
    max_acu = number
    readers = number
  })
  default = null
}

variable "database_connections_alarm" {
  description = "More connections than these are an alarm. A task opens up to 13 to the database and 10 to its readers, and a deployment doubles the tasks; PostgreSQL allows about 110 for each GiB of memory (an ACU has two)."
  type        = number
  default     = 90
}

variable "backup_days" {
  description = "How many days back a restore can go, to any second."
  type        = number
  default     = 7
}

# The environment.

variable "deletion_protection" {
  description = "Whether the database, the load balancer and the users refuse to be deleted."
  type        = bool
  default     = true
}

variable "log_retention_days" {
  description = "How many days to keep logs."
  type        = number
  default     = 365
}
