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
    public JsonObject Ask(JsonObject schema, JsonObject given)
    {
        var form = new OptionForm(schema);
        var options = (JsonObject)given.DeepClone();
        foreach (OptionQuestion needed in form.Questions.Where(question => question.IsNeeded))
            Ask(form, needed, options);
        OptionQuestion[] others = [.. form.Questions.Where(question => !question.IsNeeded)];
        if (others.Length == 0 || !Agrees($"It has {others.Length} {(others.Length == 1 ? "option" : "options")} with defaults. Look through them?"))
            return options;
        foreach (IGrouping<string, OptionQuestion> section in others.GroupBy(question => question.Section))
        {
            if (section.Key.Length > 0 && !Agrees($"{PlainText.Of(section.Key)}: {section.Count()} {(section.Count() == 1 ? "option" : "options")}. Look through them?"))
                continue;
            foreach (OptionQuestion question in section)
                Ask(form, question, options);
        }

        return options;
    }

    private void Ask(OptionForm form, OptionQuestion question, JsonObject options)
    {
        output.WriteLine(question.Description.Length > 0 ? PlainText.Of(question.Description) : $"({(question.Type.Length > 0 ? question.Type : "any value")})");
        if (question.Choices.Count > 0)
            output.WriteLine($"  one of: {PlainText.Of(string.Join(", ", question.Choices))}");
        for (int tries = 0; tries < MaxTries; tries++)
        {
            output.Write($"  {PlainText.Of(question.Path)}{(question.Default is null || question.IsSecret ? "" : $" [{PlainText.Of(Shown(question.Default))}]")}: ");
            string? answer = question.IsSecret && ReadHidden is not null ? ReadHidden() : input.ReadLine();
            if (answer is null)
                throw new CliException("the answers ended before the questions: nothing was changed");
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

    private bool Agrees(string question)
    {
        output.Write($"{question} [y/N] ");
        return input.ReadLine()?.Trim().ToLowerInvariant() is "y" or "yes";
    }

    private static string Shown(JsonNode value) => value is JsonValue text && text.TryGetValue(out string? plain) ? plain : value.ToJsonString();
}
