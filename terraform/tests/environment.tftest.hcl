# The modules together: that what one makes is what the other uses.

mock_provider "aws" {
  source = "./mocks"
}

variables {
  environment         = "test"
  account_id          = "222222222222"
  region              = "eu-central-1"
  zones               = ["eu-central-1a", "eu-central-1b"]
  zone_name           = "candleql.example.com"
  domain_name         = "test.candleql.example.com"
  registry_account_id = "111111111111"
  release             = "1.2.3"
  vpc_cidr            = "10.9.0.0/16"
  alarm_emails        = ["operations@example.com"]
}

override_data {
  target = data.aws_ecr_repository.this["candleql"]
  values = { repository_url = "111111111111.dkr.ecr.eu-central-1.amazonaws.com/candleql" }
}

override_data {
  target = data.aws_ecr_repository.this["candleql-nginx"]
  values = { repository_url = "111111111111.dkr.ecr.eu-central-1.amazonaws.com/candleql-nginx" }
}

run "a_release_is_deployed_by_its_digest" {
  assert {
    condition     = local.images["candleql"] == "111111111111.dkr.ecr.eu-central-1.amazonaws.com/candleql@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    error_message = "a tag is deployed, not what was tested"
  }

  assert {
    condition     = alltrue([for image in data.aws_ecr_image.this : image.image_tag == "1.2.3" && image.registry_id == "111111111111"])
    error_message = "another release, or another registry"
  }
}

run "by_default_one_instance_and_no_sign_in" {
  assert {
    condition     = module.database.connection.host == "mock.eu-central-1.rds.amazonaws.com" && contains(output.alarms, "candleql-test-database-storage") && !contains(output.alarms, "candleql-test-database-capacity")
    error_message = "not an instance with the alarms of one"
  }

  assert {
    condition     = output.sign_in == null && length(local.sign_in) == 0
    error_message = "there is a user pool that no variable asks for"
  }

  assert {
    condition     = output.url == "https://test.candleql.example.com" && output.database_name == "db.candleql-test.internal"
    error_message = "other names"
  }

  # For `aws ecs run-task`.
  assert {
    condition     = jsondecode(output.network_configuration).awsvpcConfiguration.assignPublicIp == "DISABLED" && length(jsondecode(output.network_configuration).awsvpcConfiguration.subnets) == 2
    error_message = "one-off tasks run elsewhere"
  }
}

run "a_cluster_instead" {
  variables {
    database_aurora = { min_acu = 0.5, max_acu = 2, readers = 1 }
  }

  assert {
    condition     = module.database.connection.reader == "mock.cluster-ro-mock.eu-central-1.rds.amazonaws.com" && contains(output.alarms, "candleql-test-database-capacity")
    error_message = "not a cluster with the alarms of one"
  }
}

run "users_that_sign_in_get_answers" {
  variables {
    cognito = true
  }

  assert {
    condition     = local.sign_in == tomap({ CANDLEQL_JWT_ISSUER = module.cognito[0].issuer, CANDLEQL_JWT_AUDIENCE = module.cognito[0].client_id })
    error_message = "the server does not know whose tokens to take"
  }
}

run "the_key_is_for_logs_and_alarms_of_this_account" {
  assert {
    condition = { for statement in jsondecode(aws_kms_key.this.policy).Statement : statement.Sid => values(statement.Principal)[0] } == {
      Account = "arn:aws:iam::222222222222:root"
      Logs    = "logs.eu-central-1.amazonaws.com"
      Alarms  = "cloudwatch.amazonaws.com"
    }
    error_message = "others may use the key"
  }

  assert {
    condition     = one([for statement in jsondecode(aws_kms_key.this.policy).Statement : statement.Condition.ArnLike["kms:EncryptionContext:aws:logs:arn"] if statement.Sid == "Logs"]) == "arn:aws:logs:eu-central-1:222222222222:*" && aws_kms_key.this.enable_key_rotation
    error_message = "it encrypts others' logs, or stays the same for ever"
  }
}

run "sign_in_without_a_way_to_the_issuer_is_refused" {
  command = plan

  variables {
    cognito             = true
    nat                 = "none"
    interface_endpoints = true
  }

  expect_failures = [var.cognito]
}

run "a_name_that_aws_would_not_take_is_refused" {
  command = plan

  variables {
    environment = "Test_1"
  }

  expect_failures = [var.environment]
}
