// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace Pelago.Kube;

/// <summary>
/// The fields that a <see cref="MetadataScan"/> picks up besides metadata: dotted paths of object fields such as <c>spec.nodeName</c>,
/// compiled once for a resource. The index of a path is its place in the list.
/// </summary>
public sealed class FieldPaths
{
    public static readonly FieldPaths None = new();

    public FieldPaths(params IReadOnlyList<string> paths)
    {
        Paths = paths;
        for (int i = 0; i < paths.Count; i++)
        {
            Node node = Root;
            foreach (string field in paths[i].Split('.'))
                node = node.Child(Encoding.UTF8.GetBytes(field));
            node.Index = i;
        }
    }

    public IReadOnlyList<string> Paths { get; }

    internal Node Root { get; } = new([]);

    /// <summary>The place of a path, -1 when it is not among them.</summary>
    public int IndexOf(string path)
    {
        for (int i = 0; i < Paths.Count; i++)
        {
            if (Paths[i] == path)
                return i;
        }

        return -1;
    }

    internal sealed class Node(byte[] name)
    {
        public byte[] Name { get; } = name;
        public List<Node> Children { get; } = [];

        /// <summary>Which path ends here; -1 if none does.</summary>
        public int Index { get; set; } = -1;

        public Node Child(byte[] name)
        {
            Node? present = Children.Find(child => child.Name.AsSpan().SequenceEqual(name));
            if (present is not null)
                return present;
            var made = new Node(name);
            Children.Add(made);
            return made;
        }
    }
}
