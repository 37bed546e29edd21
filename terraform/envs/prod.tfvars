environment = "prod"
account_id  = "444444444444"
zone_name   = "candleql.example.com"
domain_name = "candleql.example.com"
release     = "0.1.0"
vpc_cidr    = "10.2.0.0/16"

# One zone may fail: what serves reaches AWS by endpoints in each, and the one NAT gateway is only for
# the image of imports and the console.
zones               = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
interface_endpoints = true
min_tasks           = 3
max_tasks           = 12
cpu                 = 1024
memory              = 2048

database_aurora = {
  min_acu = 1
  max_acu = 16
  readers = 1
}

database_connections_alarm = 500
backup_days                = 35
