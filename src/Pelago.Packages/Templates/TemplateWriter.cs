// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace Pelago.Packages.Templates;

/// <summary>One printing of a template.</summary>
internal sealed class TemplateWriter(StringBuilder output, TemplateScopes scopes, TemplateRules rules)
{
    private const int MaxDepth = 100;
    private const int MaxOutput = 16 * 1024 * 1024;
    private const int MaxWork = 2_000_000;
    private int _depth;
    private int _work;
    private bool _lineStart = true;

    public void Write(IReadOnlyList<TemplateNode> nodes, string indent)
    {
        if (++_depth > MaxDepth)
            throw new TemplateException($"sections and partials go deeper than {MaxDepth}", 1);
        Work(1);
        foreach (TemplateNode node in nodes)
        {
            Work(1);
            switch (node)
            {
                case TextNode text:
                    WriteText(text.Text, indent);
                    break;
                case VariableNode variable:
                    WriteVariable(variable, indent);
                    break;
                case SectionNode section:
                    WriteSection(section, indent);
                    break;
                case PartialNode partial:
                    WritePartial(partial, indent);
                    break;
            }

            if (output.Length > MaxOutput)
                throw new TemplateException($"the template prints more than {MaxOutput} characters", 1);
        }

        _depth--;
    }

    /// <summary>Counts nodes that were written: sections within sections over lists may write many and print nothing.</summary>
    private void Work(int nodes)
    {
        if ((_work += nodes) > MaxWork)
            throw new TemplateException($"the template writes more than {MaxWork} nodes", 1);
    }

    private void WriteText(string text, string indent)
    {
        if (indent.Length == 0)
        {
            output.Append(text);
            _lineStart = text[^1] == '\n';
            return;
        }

        foreach (char c in text)
        {
            if (_lineStart)
                output.Append(indent);
            output.Append(c);
            _lineStart = c == '\n';
        }
    }

    private void WriteVariable(VariableNode variable, string indent)
    {
        object? value = scopes.Find(variable.Name);
        if (_lineStart && indent.Length > 0)
            output.Append(indent);
        _lineStart = false;
        if (value is null)
            return;
        string text = TemplateValues.Print(value);
        output.Append(variable.Escaped ? rules.Escape(text) : text);
    }

    private void WriteSection(SectionNode section, string indent)
    {
        object? value = scopes.Find(section.Name);
        if (section.Inverted)
        {
            if (TemplateValues.IsFalsy(value))
                Write(section.Children, indent);
            return;
        }

        if (TemplateValues.IsFalsy(value))
            return;
        if (value is Func<string, string> lambda)
        {
            Work(section.Raw.Length / 64);
            // What it gives is the user's text and no template: braces in it stay as they are.
            if (lambda(section.Raw.ToString()) is { Length: > 0 } text)
                WriteText(text, indent);
            return;
        }

        foreach (object? item in value as List<object?> ?? [value])
        {
            scopes.Push(item);
            Write(section.Children, indent);
            scopes.Pop();
        }
    }

    private void WritePartial(PartialNode partial, string indent)
    {
        if (rules.Partial is null)
            throw new TemplateException($"{{{{>{partial.Name}}}}} names a partial, and packages have none", partial.Line);
        Write(new TemplateParser(rules.Partial(partial.Name)).Parse(), indent + partial.Indent);
    }
}
