// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Pelago.Cli.Output;
using Pelago.Client.Local;
using Pelago.Packages.Options;

namespace Pelago.Cli.Packages.Installing;

/// <summary>Asks on a terminal for the options of a package, by its schema: those that it needs, and the others section by section for whoever wants to.</summary>
internal sealed class OptionWizard(TextReader input, TextWriter output)
{
    private const int MaxTries = 5;

    /// <summary>Reads an answer that is not shown; null at the end. Where none is given, secrets are read as the others are.</summary>
    public Func<string?>? ReadHidden { get; init; }

    /// <summary>The options with the answers over them.</summary>
    public async Task<JsonObject> AskAsync(JsonObject schema, JsonObject given, CancellationToken cancel)
    {
        var form = new OptionForm(schema);
        var options = (JsonObject)given.DeepClone();
        foreach (OptionQuestion needed in form.Questions.Where(question => question.IsNeeded))
            await AskAsync(form, needed, options, cancel);
        OptionQuestion[] others = [.. form.Questions.Where(question => !question.IsNeeded)];
        if (others.Length == 0 || !await AgreesAsync($"It has {others.Length} {(others.Length == 1 ? "option" : "options")} with defaults. Look through them?", cancel))
            return options;
        foreach (IGrouping<string, OptionQuestion> section in others.GroupBy(question => question.Section))
        {
            if (section.Key.Length > 0 && !await AgreesAsync($"{PlainText.Of(section.Key)}: {section.Count()} {(section.Count() == 1 ? "option" : "options")}. Look through them?", cancel))
                continue;
            foreach (OptionQuestion question in section)
                await AskAsync(form, question, options, cancel);
        }

        return options;
    }

    private async Task AskAsync(OptionForm form, OptionQuestion question, JsonObject options, CancellationToken cancel)
    {
        output.WriteLine(question.Description.Length > 0 ? PlainText.Of(question.Description) : $"({(question.Type.Length > 0 ? question.Type : "any value")})");
        if (question.Choices.Count > 0)
            output.WriteLine($"  one of: {PlainText.Of(string.Join(", ", question.Choices))}");
        for (int tries = 0; tries < MaxTries; tries++)
        {
            output.Write($"  {PlainText.Of(question.Path)}{(question.Default is null || question.IsSecret ? "" : $" [{PlainText.Of(Shown(question.Default))}]")}: ");
            string answer = await TerminalAnswer.ReadAsync(question.IsSecret && ReadHidden is not null ? ReadHidden : input.ReadLine, output, cancel) ?? throw Ended();
            if (answer.Length == 0 && !question.IsNeeded)
                return;
            var tried = (JsonObject)options.DeepClone();
            IReadOnlyList<string> faults = OptionForm.TryAnswer(question, answer, tried) ? form.Faults(tried, question.Path) : ["that is no value"];
            if (faults.Count == 0)
            {
                OptionForm.TryAnswer(question, answer, options);
                return;
            }

            foreach (string fault in faults)
                output.WriteLine($"  {PlainText.Of(fault)}");
        }

        throw new CliException($"{question.Path} was not understood {MaxTries} times: nothing was changed. '{Invocation.Program} package describe PACKAGE --config' prints the rules");
    }

    private async Task<bool> AgreesAsync(string question, CancellationToken cancel) => await TerminalAnswer.AgreesAsync(question, input, output, cancel) ?? throw Ended();

    /// <summary>Who ends the input means to have no more to do with it: that is no leave to take the defaults.</summary>
    private static CliException Ended() => new("the answers ended before the questions: nothing was changed");

    private static string Shown(JsonNode value) => value is JsonValue text && text.TryGetValue(out string? plain) ? plain : value.ToJsonString();
}
