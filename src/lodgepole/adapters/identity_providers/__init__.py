"""Identity providers: `openid_connect`, which is any that speaks OpenID Connect."""
