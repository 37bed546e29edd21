# What all environments share. Change it before the first apply.
region              = "eu-central-1"
zones               = ["eu-central-1a", "eu-central-1b"]
registry_account_id = "111111111111"
alarm_emails        = ["operations@example.com"]
