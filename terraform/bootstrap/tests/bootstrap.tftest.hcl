mock_provider "aws" {
  source = "../mocks"
}

variables {
  account_id        = "222222222222"
  region            = "eu-central-1"
  github_repository = "example/candleql"
}

override_resource {
  target = aws_kms_key.state
  values = { arn = "arn:aws:kms:eu-central-1:222222222222:key/state" }
}

run "an_account_for_states_alone" {
  assert {
    condition     = output.state_bucket == "candleql-state-222222222222"
    error_message = "another bucket than the backends name"
  }

  assert {
    condition     = length(aws_iam_role.github) == 0 && length(aws_iam_openid_connect_provider.github) == 0 && length(aws_ecr_repository.this) == 0 && length(aws_iam_policy.boundary) == 0
    error_message = "workflows can log in although there is nothing for them"
  }
}

run "an_environments_account" {
  variables {
    environment = "dev"
  }

  assert {
    condition     = keys(aws_iam_role.github) == ["apply", "plan"]
    error_message = "other roles"
  }

  assert {
    condition = { for role, it in aws_iam_role.github : role => jsondecode(it.assume_role_policy).Statement[0].Condition } == {
      apply = { StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com", "token.actions.githubusercontent.com:sub" = ["repo:example/candleql:environment:dev"] } }
      plan  = { StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com", "token.actions.githubusercontent.com:sub" = ["repo:example/candleql:pull_request", "repo:example/candleql:ref:refs/heads/main"] } }
    }
    error_message = "others can log in"
  }

  assert {
    condition     = alltrue([for it in aws_iam_role.github : length(jsondecode(it.assume_role_policy).Statement) == 1 && jsondecode(it.assume_role_policy).Statement[0].Principal == { Federated = aws_iam_openid_connect_provider.github[0].arn }])
    error_message = "others than GitHub's tokens are taken"
  }

  assert {
    condition     = { for role, it in aws_iam_role_policy_attachment.github : role => basename(it.policy_arn) } == { apply = "PowerUserAccess", plan = "ReadOnlyAccess" }
    error_message = "other policies"
  }
}

run "a_plan_reads_neither_files_nor_secrets_nor_logs" {
  variables {
    environment = "dev"
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.github["plan"].policy).Statement : statement.NotResource if try(statement.NotResource, null) != null && statement.Effect == "Deny" && statement.Action == "s3:GetObject*"] == ["arn:aws:s3:::candleql-state-222222222222/*"]
    error_message = "a plan reads files other than states"
  }

  assert {
    condition = length(setsubtract(
      ["secretsmanager:GetSecretValue", "ssm:GetParameter*", "logs:GetLogEvents", "logs:FilterLogEvents", "logs:StartQuery"],
      flatten([for statement in jsondecode(aws_iam_role_policy.github["plan"].policy).Statement : statement.Action if statement.Effect == "Deny"]),
    )) == 0
    error_message = "a plan reads secrets or logs"
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.github["plan"].policy).Statement : statement.Resource if statement.Effect == "Allow"] == ["arn:aws:kms:eu-central-1:222222222222:key/state"]
    error_message = "a plan may more than decrypt states"
  }
}

run "an_apply_makes_only_bounded_roles_of_its_environment" {
  variables {
    environment = "dev"
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.github["apply"].policy).Statement : statement.Resource == "arn:aws:iam::222222222222:role/candleql-dev-*"
      if statement.Effect == "Allow" && length([for action in flatten([statement.Action]) : action if !can(regex("^iam:(Get|List)", action))]) > 0
    ])
    error_message = "an apply changes others' roles"
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.github["apply"].policy).Statement : try(statement.Condition.StringEquals["iam:PermissionsBoundary"], "") == "arn:aws:iam::222222222222:policy/candleql-boundary"
      if statement.Effect == "Allow" && length(setintersection(flatten([statement.Action]), ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary"])) > 0
    ])
    error_message = "an apply makes roles that may do what it may not"
  }

  assert {
    condition     = !strcontains(aws_iam_policy.boundary[0].policy, "iam:") && !strcontains(aws_iam_policy.boundary[0].policy, "sts:") && !strcontains(aws_iam_policy.boundary[0].policy, "\"*:*\"")
    error_message = "roles within the boundary may become others"
  }

  assert {
    condition     = contains(flatten([for statement in jsondecode(aws_iam_role_policy.github["apply"].policy).Statement : statement.Action if statement.Effect == "Deny" && statement.Resource == "*"]), "secretsmanager:GetSecretValue")
    error_message = "an apply reads the password"
  }
}

run "the_registrys_account" {
  variables {
    repositories     = ["candleql", "candleql-nginx"]
    pull_account_ids = ["333333333333", "444444444444"]
  }

  assert {
    condition     = keys(aws_iam_role.github) == ["release"] && jsondecode(aws_iam_role.github["release"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == ["repo:example/candleql:environment:release"]
    error_message = "others push images"
  }

  assert {
    condition     = alltrue([for it in aws_ecr_repository.this : it.image_tag_mutability == "IMMUTABLE" && one(it.image_scanning_configuration).scan_on_push])
    error_message = "a tag can come to mean something else, or images are not scanned"
  }

  assert {
    condition     = alltrue([for it in aws_ecr_repository_policy.this : jsondecode(it.policy).Statement[0].Principal.AWS == ["arn:aws:iam::333333333333:root", "arn:aws:iam::444444444444:root"] && !strcontains(it.policy, "ecr:Put")])
    error_message = "others than the environments pull, or they push"
  }

  # Releases are tagged X.Y.Z: no rule takes them away.
  assert {
    condition     = alltrue([for it in aws_ecr_lifecycle_policy.this : alltrue([for rule in jsondecode(it.policy).rules : rule.selection.tagStatus == "untagged" || try(rule.selection.tagPatternList, null) == ["*.dev.*"]])])
    error_message = "releases are deleted"
  }
}

run "a_pattern_for_a_repository_is_refused" {
  command = plan

  variables {
    github_repository = "example/*"
  }

  expect_failures = [var.github_repository]
}
