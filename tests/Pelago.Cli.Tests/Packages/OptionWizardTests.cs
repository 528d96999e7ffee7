// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Cli.Packages.Installing;
using Pelago.Kube;
using Xunit;

namespace Pelago.Cli.Tests.Packages;

public sealed class OptionWizardTests
{
    private static readonly JsonObject Schema = KubeJson.ParseObject(Encoding.UTF8.GetBytes("""
        {"type": "object", "required": ["name"], "properties": {
          "name": {"type": "string", "description": "What it is called.", "minLength": 1},
          "replicas": {"type": "integer", "minimum": 1, "default": 1},
          "tls": {"type": "boolean", "default": false},
          "storage": {"type": "object", "properties": {"size": {"type": "string", "default": "1Gi"}}}}}
        """));

    [Fact]
    public async Task Only_what_is_needed_is_asked_of_who_takes_the_defaults()
    {
        (JsonObject options, string said) = await AskAsync("42", "n");

        Assert.Equal("""{"name":"42"}""", options.ToJsonString());
        Assert.Equal("What it is called.\n  name: It has 3 options with defaults. Look through them? [y/N] ", said);
    }

    [Fact]
    public async Task An_answer_that_the_schema_does_not_allow_is_asked_for_again()
    {
        (JsonObject options, string said) = await AskAsync("web", "y", "none", "0", "3", "y", "n");

        Assert.Equal("""{"name":"web","replicas":3,"tls":true}""", options.ToJsonString());
        Assert.Contains("/replicas: type: expected an integer", said, StringComparison.Ordinal);
        Assert.Contains("/replicas: minimum: expected 1 or more, found number 0", said, StringComparison.Ordinal);
        Assert.EndsWith("storage: 1 option. Look through them? [y/N] ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_that_end_change_nothing()
    {
        CliException fault = await Assert.ThrowsAsync<CliException>(() => AskAsync("web", "y")), agreement = await Assert.ThrowsAsync<CliException>(() => AskAsync("web"));

        Assert.Contains("nothing was changed", fault.Message, StringComparison.Ordinal);
        Assert.Contains("nothing was changed", agreement.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_that_nobody_answers_ends_when_the_command_is_to_end()
    {
        using var never = new ManualResetEventSlim();
        using var stop = new CancellationTokenSource();
        var output = new StringWriter { NewLine = "\n" };
        Task<string?> asked = TerminalAnswer.ReadAsync(
            () =>
            {
                never.Wait(CancellationToken.None);
                return "too late";
            },
            output, stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        Assert.Equal("\n", output.ToString());
        never.Set();
    }

    private static async Task<(JsonObject Options, string Said)> AskAsync(params string[] answers)
    {
        var output = new StringWriter { NewLine = "\n" };
        JsonObject options = await new OptionWizard(new StringReader(string.Join('\n', answers)), output).AskAsync(Schema, [], TestContext.Current.CancellationToken);
        return (options, output.ToString());
    }
}
