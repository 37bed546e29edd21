account_id       = "111111111111"
repositories     = ["candleql", "candleql-nginx"]
pull_account_ids = ["222222222222", "333333333333", "444444444444"]
