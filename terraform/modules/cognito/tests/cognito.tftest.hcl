mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                = "candleql-test"
  url                 = "https://test.candleql.example.com/"
  deletion_protection = true
}

override_resource {
  target = aws_cognito_user_pool.this
  values = { id = "eu-central-1_test" }
}

run "what_the_server_has_to_know" {
  assert {
    condition     = output.issuer == "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_test"
    error_message = "another issuer than tokens name"
  }

  assert {
    condition     = output.client_id == aws_cognito_user_pool_client.web.id
    error_message = "another client than tokens are for"
  }

  assert {
    condition     = output.sign_in_url == "https://candleql-test-222222222222.auth.eu-central-1.amazoncognito.com"
    error_message = "users are sent elsewhere"
  }
}

run "pages_sign_in_by_code_and_keep_no_secret" {
  assert {
    condition     = !aws_cognito_user_pool_client.web.generate_secret && aws_cognito_user_pool_client.web.allowed_oauth_flows == toset(["code"])
    error_message = "tokens are handed out in addresses, or pages would need a secret"
  }

  assert {
    condition     = aws_cognito_user_pool_client.web.callback_urls == toset(["https://test.candleql.example.com/"])
    error_message = "codes are sent elsewhere"
  }

  assert {
    condition     = !contains(aws_cognito_user_pool_client.web.explicit_auth_flows, "ALLOW_USER_PASSWORD_AUTH")
    error_message = "passwords are sent as they are"
  }
}

run "strangers_make_no_account" {
  assert {
    condition     = one(aws_cognito_user_pool.this.admin_create_user_config).allow_admin_create_user_only
    error_message = "every visitor can sign up"
  }

  assert {
    condition     = aws_cognito_user_pool.this.deletion_protection == "ACTIVE"
    error_message = "users can be deleted"
  }
}
