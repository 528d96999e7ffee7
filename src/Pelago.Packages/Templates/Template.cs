// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace Pelago.Packages.Templates;

/// <summary>A mustache template that was read and can be printed any number of times.</summary>
internal sealed class Template
{
    /// <summary>Of a template, in characters.</summary>
    public const int MaxText = 4 * 1024 * 1024;

    private readonly IReadOnlyList<TemplateNode> _nodes;

    private Template(IReadOnlyList<TemplateNode> nodes) => _nodes = nodes;

    /// <summary>Throws a <see cref="TemplateException"/> that says which line is wrong.</summary>
    public static Template Parse(string text) =>
        text.Length <= MaxText ? new Template(new TemplateParser(text).Parse()) : throw new TemplateException($"the template has {text.Length} characters, at most {MaxText} are read", 1);

    /// <summary>Prints the template with the values that <see cref="TemplateValues"/> made. Throws a <see cref="TemplateException"/> when it would never end.</summary>
    public string Render(object? values, TemplateRules rules)
    {
        var output = new StringBuilder();
        new TemplateWriter(output, new TemplateScopes(values, rules.WholeNamesFirst), rules).Write(_nodes, "");
        return output.ToString();
    }
}
