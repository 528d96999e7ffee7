// SPDX-License-Identifier: Apache-2.0

using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Pelago.Kube;

/// <summary>Builds the nodes of one document from parser events: anchors are tied, depth is bounded, no recursion.</summary>
internal sealed class YamlComposer(IParser parser, int maxDepth)
{
    private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);
    private readonly Stack<(YamlNode Node, string? Anchor)> _open = new();

    /// <summary>Starts at the document's start event and ends behind its end event.</summary>
    public YamlNode Compose()
    {
        YamlNode? root = null;
        while (parser.MoveNext() && parser.Current is { } current and not DocumentEnd)
        {
            if (current is MappingEnd or SequenceEnd)
            {
                (YamlNode done, string? anchor) = _open.Pop();
                Tie(anchor, done);
                continue;
            }

            YamlNode? node = ToNode(current);
            if (node is null)
                continue;
            root ??= node;
            if (_open.TryPeek(out (YamlNode Node, string? Anchor) parent))
                parent.Node.Children.Add(node);
            if (current is not (MappingStart or SequenceStart))
                continue;
            if (_open.Count >= maxDepth)
                throw new YamlRefusedException($"yaml: line {node.Line}: exceeded max depth of {maxDepth}");
            _open.Push((node, Anchor((NodeEvent)current)));
        }

        return root ?? new YamlNode { Kind = YamlNodeKind.Scalar, Line = 1, IsPlain = true };
    }

    private static string? Anchor(NodeEvent node) => node.Anchor.IsEmpty ? null : node.Anchor.Value;

    private static string ShortTag(TagName tag)
    {
        const string Core = "tag:yaml.org,2002:";
        if (tag.IsEmpty)
            return "";
        return tag.Value.StartsWith(Core, StringComparison.Ordinal) ? "!!" + tag.Value[Core.Length..] : tag.Value;
    }

    private YamlNode? ToNode(ParsingEvent current)
    {
        int line = (int)current.Start.Line;
        switch (current)
        {
            case Scalar scalar:
                var leaf = new YamlNode
                {
                    Kind = YamlNodeKind.Scalar, Line = line, Tag = ShortTag(scalar.Tag), Text = scalar.Value, IsPlain = scalar.Style == ScalarStyle.Plain,
                };
                Tie(Anchor(scalar), leaf);
                return leaf;
            case MappingStart mapping:
                return new YamlNode { Kind = YamlNodeKind.Mapping, Line = line, Tag = ShortTag(mapping.Tag) };
            case SequenceStart sequence:
                return new YamlNode { Kind = YamlNodeKind.Sequence, Line = line, Tag = ShortTag(sequence.Tag) };
            case AnchorAlias alias:
                return Alias(alias.Value.Value, line);
            default:
                return null;
        }
    }

    private YamlNode Alias(string name, int line)
    {
        if (_open.Any(open => open.Anchor == name))
            throw new YamlRefusedException($"yaml: anchor '{name}' value contains itself");
        if (!_anchors.TryGetValue(name, out YamlNode? target))
            throw new YamlRefusedException($"yaml: unknown anchor '{name}' referenced");
        return new YamlNode { Kind = YamlNodeKind.Alias, Line = line, Children = { target } };
    }

    private void Tie(string? anchor, YamlNode node)
    {
        if (anchor is not null)
            _anchors[anchor] = node;
    }
}
