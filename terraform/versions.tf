terraform {
  required_version = ">= 1.11, < 2"

  # One exact version for every user; modules say what they need at least.
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "6.25.0"
    }
  }

  # Which bucket: envs/*.s3.tfbackend.
  # Encrypted with the bucket's own key: `encrypt` would ask for another one.
  backend "s3" {
    key          = "candleql.tfstate"
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region
  # Terraform never applies one environment's settings to another's account.
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = {
      Project     = "candleql"
      Environment = var.environment
      ManagedBy   = "terraform"
    }
  }
}
