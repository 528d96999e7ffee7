// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Options;
using Pelago.Packages.Tests.Controllers;
using Xunit;

namespace Pelago.Packages.Tests.Options;

public sealed class SecretOptionsTests
{
    private static readonly JsonObject Schema = SamplePackage.Json(
        """
        {"properties": {
          "port": {"type": "integer"},
          "token": {"type": "string", "media": {"type": "application/x-secret+string"}},
          "pin": {"type": "integer", "format": "password"},
          "admin": {"properties": {"name": {"type": "string"}, "adminPassword": {"type": "string"}}},
          "users": {"type": "array", "items": {"properties": {"name": {"type": "string"}, "password": {"type": "string"}}}},
          "passwords-file": {"type": "string"}}}
        """);

    [Fact]
    public void They_are_found_by_media_type_by_format_by_name_and_as_lists_that_have_one_in_them() =>
        Assert.Equal(["token", "pin", "admin.adminPassword", "users"], SecretOptions.Paths(Schema).Select(path => string.Join('.', path)));

    [Theory]
    [InlineData("""{"port": 1, "token": "t"}""", """{"port": 1}""", """{"token": "t"}""")]
    [InlineData("""{"pin": 1234}""", "{}", """{"pin": 1234}""")]
    [InlineData("""{"admin": {"adminPassword": "a"}}""", "{}", """{"admin": {"adminPassword": "a"}}""")]
    [InlineData("""{"admin": {"name": "n", "adminPassword": "a"}}""", """{"admin": {"name": "n"}}""", """{"admin": {"adminPassword": "a"}}""")]
    [InlineData("""{"users": [{"name": "n", "password": "p"}]}""", "{}", """{"users": [{"name": "n", "password": "p"}]}""")]
    [InlineData("""{"token": "", "users": [], "pin": null}""", """{"token": "", "users": [], "pin": null}""", "{}")]
    [InlineData("""{"admin": "no object", "token": {"of": "another type"}}""", """{"admin": "no object"}""", """{"token": {"of": "another type"}}""")]
    public void They_are_taken_out_of_the_others(string options, string open, string secret)
    {
        (JsonObject openOptions, JsonObject secretOptions) = SecretOptions.Split(Schema, SamplePackage.Json(options));

        Assert.True(JsonEquality.DeepEquals(SamplePackage.Json(open), openOptions), openOptions.ToJsonString());
        Assert.True(JsonEquality.DeepEquals(SamplePackage.Json(secret), secretOptions), secretOptions.ToJsonString());
        Assert.True(JsonEquality.DeepEquals(SamplePackage.Json(options), OptionMerge.Merge(openOptions, secretOptions)));
    }

    [Theory]
    [InlineData("""{"port": 2}""", """{"port": 2, "token": "t", "admin": {"adminPassword": "a"}}""")]
    [InlineData("""{"token": "other"}""", """{"token": "other", "admin": {"adminPassword": "a"}}""")]
    [InlineData("""{"token": "", "admin": {"adminPassword": null}}""", """{"token": "", "admin": {"adminPassword": null}}""")]
    public void Those_that_a_change_does_not_name_stay(string options, string expected)
    {
        JsonObject kept = SecretOptions.Keep(Schema, SamplePackage.Json("""{"port": 1, "token": "t", "admin": {"name": "n", "adminPassword": "a"}}"""), SamplePackage.Json(options));

        Assert.True(JsonEquality.DeepEquals(SamplePackage.Json(expected), kept), kept.ToJsonString());
    }

    [Fact]
    public void Every_text_of_them_is_known() =>
        Assert.Equal(["1234", "p", "t"], SecretOptions.Values(Schema, SamplePackage.Json("""{"port": 1, "token": "t", "pin": 1234, "users": [{"name": "n", "password": "p"}]}""")));

    [Theory]
    [InlineData("""{"type": "boolean"}""", false)]
    [InlineData("""{"type": "array", "items": {"type": "string"}}""", false)]
    [InlineData("""{"type": "object"}""", false)]
    [InlineData("""{"type": "integer"}""", true)]
    [InlineData("""{"type": ["null", "string"]}""", true)]
    [InlineData("{}", true)]
    [InlineData("""{"type": "array", "format": "password"}""", true)]
    public void By_its_name_alone_only_a_text_or_a_number_is_one(string property, bool isSecret)
    {
        var schema = new JsonObject { ["properties"] = new JsonObject { ["usePassword"] = SamplePackage.Json(property) } };

        Assert.Equal(isSecret ? ["usePassword"] : [], SecretOptions.Paths(schema).Select(path => string.Join('.', path)));
    }

    [Fact]
    public void Of_a_list_only_the_texts_of_the_parts_that_are_secret_are_known()
    {
        JsonObject schema = SamplePackage.Json("""
            {"properties": {
              "users": {"type": "array", "items": {"properties": {
                "name": {"type": "string"}, "admin": {"type": "boolean"}, "password": {"type": "string"}, "keys": {"type": "array", "format": "password"}}}},
              "login": {"oneOf": [{"properties": {"user": {"type": "string"}, "token": {"type": "string", "format": "password"}}}, {"type": "string"}]},
              "byHost": {"additionalProperties": {"properties": {"port": {"type": "integer"}, "password": {"type": ["string", "boolean"]}}}}}}
            """);
        JsonObject options = SamplePackage.Json("""
            {"users": [{"name": "ann", "admin": true, "password": "first", "keys": ["second", true, null, 3]}, {"name": "bob", "password": null}],
             "login": {"user": "carl", "token": "fourth"}, "byHost": {"a.example": {"port": 80, "password": "fifth"}, "b.example": {"password": false}}}
            """);

        Assert.Equal(["users", "login", "byHost"], SecretOptions.Paths(schema).Select(path => string.Join('.', path)));
        Assert.Equal(["3", "fifth", "first", "fourth", "second"], SecretOptions.Values(schema, options));
    }

    [Fact]
    public void They_are_found_where_a_schema_refers_to_them_also_to_itself()
    {
        JsonObject schema = SamplePackage.Json("""
            {"definitions": {
               "login": {"properties": {"name": {"type": "string"}, "key": {"$ref": "#/definitions/secret"}}},
               "secret": {"type": "string", "media": {"type": "application/x-secret+string"}},
               "tree": {"properties": {"leaf": {"$ref": "#/definitions/login"}, "more": {"type": "array", "items": {"$ref": "#/definitions/tree"}}}},
               "plain": {"properties": {"inner": {"type": "array", "items": {"$ref": "#/definitions/plain"}}}}},
             "properties": {"admin": {"$ref": "#/definitions/login"}, "tree": {"$ref": "#/definitions/tree"}, "plain": {"$ref": "#/definitions/plain"}}}
            """);
        JsonObject options = SamplePackage.Json("""{"admin": {"name": "ann", "key": "first"}, "tree": {"more": [{"leaf": {"name": "bob", "key": "second"}}]}}""");

        Assert.Equal(["admin.key", "tree.leaf.key", "tree.more"], SecretOptions.Paths(schema).Select(path => string.Join('.', path)));
        Assert.Equal(["first", "second"], SecretOptions.Values(schema, options));
    }

    [Fact]
    public void A_schema_that_refers_to_itself_without_end_is_secret_in_finite_time()
    {
        string names = string.Join(", ", Enumerable.Range(0, 30).Select(number => $"\"p{number}\": {{\"$ref\": \"#\"}}"));
        JsonObject schema = SamplePackage.Json($"{{\"properties\": {{\"password\": {{\"type\": \"string\"}}, {names}}}}}");

        Assert.Contains(SecretOptions.Paths(schema), path => path is ["password"]);
    }

    [Fact]
    public void What_was_secret_before_is_secret_though_the_schema_says_nothing_of_it()
    {
        string[][] before = [["port"], ["token", "of"], ["admin", "adminPassword"]];
        JsonObject options = SamplePackage.Json("""{"port": 8443, "token": "t-1", "admin": {"name": "n", "adminPassword": "a-1"}}""");

        (JsonObject open, JsonObject secret) = SecretOptions.Split(Schema, options, before);

        Assert.Equal("""{"admin":{"name":"n"}}""", open.ToJsonString());
        Assert.True(JsonEquality.DeepEquals(SamplePackage.Json("""{"port": 8443, "token": "t-1", "admin": {"adminPassword": "a-1"}}"""), secret), secret.ToJsonString());
        Assert.Equal(["8443", "a-1", "t-1"], SecretOptions.Values(Schema, options, before));
        Assert.Equal(8443, (long?)SecretOptions.Keep(Schema, options, [], before)["port"]);
    }

    [Fact]
    public void A_package_without_options_has_none() => Assert.Empty(SecretOptions.Paths(null));
}
