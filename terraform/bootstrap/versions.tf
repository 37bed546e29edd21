terraform {
  required_version = ">= 1.11, < 2"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "6.25.0"
    }
  }

  # Encrypted with the bucket's own key: `encrypt` would ask for another one.
  backend "s3" {
    key          = "bootstrap.tfstate"
    use_lockfile = true
  }
}

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = {
      Project   = "candleql"
      ManagedBy = "terraform"
    }
  }
}
