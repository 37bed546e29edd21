output "issuer" {
  description = "The issuer of tokens (`--jwt-issuer`)."
  value       = "https://cognito-idp.${data.aws_region.current.region}.amazonaws.com/${aws_cognito_user_pool.this.id}"
}

output "client_id" {
  description = "The app client that tokens are for (`--jwt-audience`)."
  value       = aws_cognito_user_pool_client.web.id
}

output "sign_in_url" {
  description = "Where users sign in."
  value       = "https://${aws_cognito_user_pool_domain.this.domain}.auth.${data.aws_region.current.region}.amazoncognito.com"
}
