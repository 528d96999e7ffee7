// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Templates;

internal abstract record TemplateNode;

internal sealed record TextNode(string Text) : TemplateNode;

internal sealed record VariableNode(string Name, bool Escaped) : TemplateNode;

/// <summary><paramref name="Raw"/> is what stands between its tags, unread: a part of the template's own text, so that nesting copies nothing.</summary>
internal sealed record SectionNode(string Name, bool Inverted, IReadOnlyList<TemplateNode> Children, ReadOnlyMemory<char> Raw) : TemplateNode;

/// <summary><paramref name="Indent"/> goes before each line of what the partial prints from its own text.</summary>
internal sealed record PartialNode(string Name, string Indent, int Line) : TemplateNode;
