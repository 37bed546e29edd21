variable "name" {
  description = "What all names begin with, such as candleql-dev; at most 26 characters, since a target group's name has 32."
  type        = string

  validation {
    condition     = length(var.name) <= 26
    error_message = "name has more than 26 characters."
  }
}

variable "domain_name" {
  description = "The name that clients use."
  type        = string
}

variable "zone_id" {
  description = "The Route53 zone that the name is in."
  type        = string
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "public_subnet_ids" {
  description = "Where the load balancer is if it faces the internet."
  type        = list(string)
}

variable "private_subnet_ids" {
  description = "Where it is behind API Gateway."
  type        = list(string)
}

variable "service_security_group_id" {
  description = "The security group of the service's tasks."
  type        = string
}

variable "target_port" {
  description = "The port that tasks listen on."
  type        = number
}

variable "api_gateway" {
  description = "Whether API Gateway faces the internet instead of the load balancer."
  type        = bool
}

variable "requests_per_5_min" {
  description = "How many requests an address may send in five minutes before the firewall answers 429."
  type        = number
}

variable "deletion_protection" {
  description = "Whether the load balancer refuses to be deleted."
  type        = bool
}

variable "kms_key_arn" {
  description = "The key that encrypts logs."
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
