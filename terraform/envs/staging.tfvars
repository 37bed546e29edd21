environment = "staging"
account_id  = "333333333333"
zone_name   = "staging.candleql.example.com"
domain_name = "staging.candleql.example.com"
release     = "0.1.0"
vpc_cidr    = "10.1.0.0/16"

# As prod, but smaller.
database_aurora = {
  min_acu = 0.5
  max_acu = 2
  readers = 1
}

database_connections_alarm = 150
