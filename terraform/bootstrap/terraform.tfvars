# What all accounts share. Change it before the first apply.
region            = "eu-central-1"
github_repository = "example/candleql"
