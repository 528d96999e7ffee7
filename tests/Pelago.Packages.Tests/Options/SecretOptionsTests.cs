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
        Assert.Equal(["1234", "n", "p", "t"], SecretOptions.Values(Schema, SamplePackage.Json("""{"port": 1, "token": "t", "pin": 1234, "users": [{"name": "n", "password": "p"}]}""")));

    [Fact]
    public void A_package_without_options_has_none() => Assert.Empty(SecretOptions.Paths(null));
}
