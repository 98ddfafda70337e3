//! Writes the document on which the generator's speed is measured: `count` marked refresh operations
//! in one file, four schemas each.

use std::fmt::Write as _;

/// The document as YAML.
pub(crate) fn document(count: usize) -> String {
    let mut text = format!(
        "openapi: 3.0.3\ninfo:\n  title: synth{count}\n  version: 1.0.0\nservers:\n  \
         - url: https://synth.example.test\npaths:\n"
    );
    for index in 0..count {
        operation(&mut text, index);
    }
    text.push_str("components:\n  schemas:\n");
    for index in 0..count {
        schemas(&mut text, index);
    }
    text
}

fn operation(text: &mut String, index: usize) {
    let _ = write!(
        text,
        "  /v1/provider{index}/auth/token:
    post:
      operationId: refreshToken{index}
      summary: Refresh token {index}
      parameters:
        - name: x-client-secret
          in: header
          required: true
          schema: {{type: string, format: password}}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              $ref: '#/components/schemas/RefreshRequest{index}'
      responses:
"
    );
    for (status, description, schema) in [
        ("200", "OK", "TokenResponse"),
        ("400", "Bad request", "TokenError"),
        ("401", "Unauthorized", "TokenError"),
    ] {
        let _ = write!(
            text,
            "        '{status}':
          description: {description}
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/{schema}{index}'
"
        );
    }
    text.push_str(
        "      x-token-refresh:
        tokens:
          accessToken:
            received: $response.body#/data/access_token
            lifetime: [{seconds: '$response.body#/data/expires_in'}, {fixed: 1h}]
          refreshToken:
            sent: $request.body#/refreshToken
            received: $response.body#/data/refresh_token
            lifetime: [{fixed: 30d}]
",
    );
}

fn schemas(text: &mut String, index: usize) {
    let _ = write!(
        text,
        "    RefreshRequest{index}:
      type: object
      required: [refreshToken]
      properties:
        refreshToken: {{type: string}}
        field{index}: {{type: string}}
    TokenData{index}:
      type: object
      required: [access_token, expires_in]
      properties:
        access_token: {{type: string}}
        refresh_token: {{type: string}}
        expires_in: {{type: integer, format: int64}}
        value{index}: {{type: integer, format: int32}}
    TokenResponse{index}:
      type: object
      required: [data]
      properties:
        status: {{type: integer, format: int32}}
        data:
          $ref: '#/components/schemas/TokenData{index}'
    TokenError{index}:
      type: object
      required: [error]
      properties:
        error: {{type: string, enum: [invalid_grant, invalid_request, code_{index}]}}
        error_description: {{type: string}}
"
    );
}
