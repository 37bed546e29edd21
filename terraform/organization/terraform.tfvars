account_id = "000000000000"
region     = "eu-central-1"
regions    = ["eu-central-1"]

accounts = {
  shared  = { email = "aws+shared@example.com", unit = "infrastructure" }
  dev     = { email = "aws+dev@example.com", unit = "nonproduction" }
  staging = { email = "aws+staging@example.com", unit = "nonproduction" }
  prod    = { email = "aws+prod@example.com", unit = "production" }
}
