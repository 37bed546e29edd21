mock_provider "aws" {
  source = "../mocks"
}

variables {
  account_id = "000000000000"
  region     = "eu-central-1"
  regions    = ["eu-central-1", "eu-west-1"]
  accounts = {
    shared = { email = "shared@example.com", unit = "infrastructure" }
    prod   = { email = "prod@example.com", unit = "production" }
  }
}

run "accounts_are_in_their_units" {
  command = plan

  override_resource {
    target          = aws_organizations_organizational_unit.this["production"]
    override_during = plan
    values          = { id = "ou-production" }
  }

  assert {
    condition     = aws_organizations_account.this["prod"].parent_id == "ou-production" && aws_organizations_account.this["prod"].email == "prod@example.com"
    error_message = "prod is elsewhere"
  }
}

run "guard_rails" {
  command = plan

  assert {
    condition = keys(aws_organizations_policy_attachment.this) == [
      "accounts-stay infrastructure", "accounts-stay nonproduction", "accounts-stay production",
      "data-stays production",
      "records-stay infrastructure", "records-stay nonproduction", "records-stay production",
      "regions infrastructure", "regions nonproduction", "regions production",
    ]
    error_message = "a policy binds others"
  }

  # What AWS allows: 5,120 characters, and five for each unit with the one that is there already.
  assert {
    condition     = alltrue([for policy in aws_organizations_policy.this : length(policy.content) <= 5120]) && length(aws_organizations_policy.this) <= 4
    error_message = "AWS would not take the policies"
  }

  assert {
    condition     = alltrue(flatten([for policy in aws_organizations_policy.this : [for statement in jsondecode(policy.content).Statement : statement.Effect == "Deny"]]))
    error_message = "a guard rail allows something"
  }

  assert {
    condition     = jsondecode(aws_organizations_policy.this["regions"].content).Statement[0].Condition.StringNotEquals["aws:RequestedRegion"] == ["eu-central-1", "eu-west-1"] && contains(jsondecode(aws_organizations_policy.this["regions"].content).Statement[0].NotAction, "iam:*")
    error_message = "other regions, or services of the whole world are denied"
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_organizations_policy.this["data-stays"].content).Statement : statement.Condition == { ArnNotLike = { "aws:PrincipalArn" = "arn:aws:iam::*:role/break-glass" } }])
    error_message = "the wrong role, or no role, may delete production's data"
  }
}

run "a_unit_that_is_not_there_is_refused" {
  command = plan

  variables {
    accounts = { dev = { email = "dev@example.com", unit = "development" } }
  }

  expect_failures = [var.accounts]
}

run "two_accounts_with_one_address_are_refused" {
  command = plan

  variables {
    accounts = {
      dev  = { email = "aws@example.com", unit = "nonproduction" }
      prod = { email = "AWS@example.com", unit = "production" }
    }
  }

  expect_failures = [var.accounts]
}
