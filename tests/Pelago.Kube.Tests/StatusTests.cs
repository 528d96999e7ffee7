// SPDX-License-Identifier: Apache-2.0

using Xunit;

namespace Pelago.Kube.Tests;

public class StatusTests
{
    [Fact]
    public void Conflict_text_is_the_one_that_clients_match()
    {
        ApiStatus status = ApiStatus.Conflict(new GroupResource("apps", "deployments"), "web");

        Assert.Equal(
            "Operation cannot be fulfilled on deployments.apps \"web\": the object has been modified; please apply your changes to the latest version and try again",
            status.Message);
        Assert.Equal(409, status.Code);
    }

    [Fact]
    public void Status_survives_the_wire()
    {
        ApiStatus status = ApiStatus.Invalid("apps", "Deployment", "web",
        [
            new StatusCause("FieldValueRequired", "Required value", "spec.selector"),
            new StatusCause("FieldValueInvalid", "Invalid value: -1: must be greater than or equal to 0", "spec.replicas"),
        ]);

        ApiStatus? back = ApiStatus.FromJson(KubeJson.Parse(KubeJson.ToUtf8(status.ToJson())));

        Assert.NotNull(back);
        Assert.Equal(status.Message, back.Message);
        Assert.Equal(status.Causes, back.Causes);
        Assert.Equal("Deployment.apps \"web\" is invalid: [spec.selector: Required value, spec.replicas: Invalid value: -1: must be greater than or equal to 0]", back.Message);
    }

    [Theory]
    [InlineData("v1", true)]
    [InlineData("apps/v1", true)]
    [InlineData("a/b/c", false)]
    [InlineData("/v1", false)]
    [InlineData("apps/", false)]
    [InlineData("", false)]
    public void ApiVersion_has_at_most_one_slash(string text, bool valid) => Assert.Equal(valid, GroupVersion.TryParse(text, out _));

    [Theory]
    [InlineData("node n2 gives no answer", "299 - \"node n2 gives no answer\"")]
    [InlineData("a \"word\" \\ more", "299 - \"a \\\"word\\\" \\\\ more\"")]
    [InlineData("two\nlines", "299 - \"two?lines\"")]
    public void A_warning_is_between_quotes_in_a_header(string text, string header)
    {
        Assert.Equal(header, WarningHeader.Of(text));
        Assert.Equal([text.Replace('\n', '?')], WarningHeader.TextsOf(header));
    }

    [Fact]
    public void A_warning_that_is_not_ascii_tells_which_letters_it_has() =>
        Assert.Equal("299 - \"caf\\\\u00e9 \\\\ud83d\\\\ude00?\"", WarningHeader.Of("caf\u00e9 \ud83d\ude00\u007f"));

    [Theory]
    [InlineData("199 - \"stale\"")]
    [InlineData("299 -")]
    [InlineData("")]
    public void Other_warnings_are_not_read(string header) => Assert.Empty(WarningHeader.TextsOf(header));

    [Fact]
    public void Warnings_that_were_joined_are_read_each_without_what_moves_a_cursor() => Assert.Equal(
        ["one, \"299", "two?[2J", "three"],
        WarningHeader.TextsOf("299 - \"one, \\\"299\", 199 - \"stale\", 299 hub \"two\u001b[2J\" \"Mon, 30 Nov 2026 10:00:00 GMT\",299 - \"three\", 299 - \"cut"));
}
