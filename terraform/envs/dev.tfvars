environment = "dev"
account_id  = "222222222222"
zone_name   = "dev.candleql.example.com"
domain_name = "dev.candleql.example.com"
release     = "0.1.0"
vpc_cidr    = "10.0.0.0/16"

# To be taken down again at any time.
deletion_protection = false
backup_days         = 1
log_retention_days  = 30

# Four tasks at the most, twice as many during a deployment, and some 100 connections to the database.
settings = { CANDLEQL_DATABASE_MAX_CONNECTIONS = "5" }
