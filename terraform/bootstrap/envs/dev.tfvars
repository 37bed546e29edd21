account_id  = "222222222222"
environment = "dev"
