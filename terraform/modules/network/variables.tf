variable "name" {
  description = "What all names begin with, such as candleql-dev."
  type        = string
}

variable "cidr" {
  description = "The VPC's addresses, a /16 to a /18; two networks that are to be connected must not overlap."
  type        = string

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && try(tonumber(split("/", var.cidr)[1]) >= 16 && tonumber(split("/", var.cidr)[1]) <= 18, false)
    error_message = "cidr must be a network of /16 to /18, such as 10.0.0.0/16."
  }
}

variable "zones" {
  description = "The two or three availability zones that the subnets lie in. Named, so that a new or a failing one changes nothing."
  type        = list(string)

  validation {
    condition     = contains([2, 3], length(distinct(var.zones))) && length(distinct(var.zones)) == length(var.zones)
    error_message = "zones must be two or three different availability zones."
  }
}

variable "nat" {
  description = "NAT gateways: none (no way to the internet), single (one zone's failure cuts all off from it), per_zone."
  type        = string

  validation {
    condition     = contains(["none", "single", "per_zone"], var.nat)
    error_message = "nat must be none, single or per_zone."
  }

  validation {
    condition     = var.nat != "none" || var.interface_endpoints
    error_message = "Without a NAT gateway tasks reach AWS by interface_endpoints alone: set it to true."
  }
}

variable "interface_endpoints" {
  description = "Whether AWS's services are reached by endpoints in the VPC (ecr, logs, secretsmanager, ssmmessages) instead of the internet; S3 always is."
  type        = bool
}

variable "kms_key_arn" {
  description = "The key that encrypts logs."
  type        = string
}

variable "log_retention_days" {
  description = "How many days to keep flow logs."
  type        = number
}

variable "permissions_boundary_arn" {
  description = "The policy that bounds every role."
  type        = string
}
