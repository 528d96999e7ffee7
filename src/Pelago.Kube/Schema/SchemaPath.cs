// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace Pelago.Kube.Schema;

/// <summary>Where a walk over a document is. Steps cost nothing until an error has to be named.</summary>
internal sealed class SchemaPath
{
    private (string? Name, int Index)[] _steps = new (string?, int)[16];
    private int _count;

    public void Push(string name) => Push((name, 0));

    public void Push(int index) => Push((null, index));

    public void Pop() => _count--;

    /// <summary><c>spec.containers[0].name</c>; the root is the empty string.</summary>
    public override string ToString() => Write(null, indexes: true);

    /// <summary>The path of a field below this one.</summary>
    public string Child(string name) => Write(name, indexes: true);

    /// <summary>Without list indexes, as Go's JSON decoder names fields: <c>spec.containers.name</c>.</summary>
    public string FieldsOnly() => Write(null, indexes: false);

    private void Push((string?, int) step)
    {
        if (_count == _steps.Length)
            Array.Resize(ref _steps, 2 * _count);
        _steps[_count++] = step;
    }

    private string Write(string? last, bool indexes)
    {
        var text = new StringBuilder();
        foreach ((string? name, int index) in _steps.AsSpan(0, _count))
        {
            if (name is not null)
                Append(text, name);
            else if (indexes)
                text.Append('[').Append(index).Append(']');
        }
        if (last is not null)
            Append(text, last);
        return text.ToString();
    }

    private static void Append(StringBuilder text, string name)
    {
        if (text.Length > 0)
            text.Append('.');
        text.Append(name);
    }
}
