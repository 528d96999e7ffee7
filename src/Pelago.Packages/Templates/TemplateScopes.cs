// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Templates;

/// <summary>The values that names are looked up in, the innermost last.</summary>
internal sealed class TemplateScopes(object? root, bool wholeNamesFirst)
{
    private readonly List<object?> _scopes = [root];

    public void Push(object? scope) => _scopes.Add(scope);

    public void Pop() => _scopes.RemoveAt(_scopes.Count - 1);

    /// <summary>
    /// The value of a name; null when there is none. The first part of a dotted name decides the scope: once it is found, nothing further out is looked at.
    /// </summary>
    public object? Find(string name)
    {
        if (name == ".")
            return _scopes[^1];
        bool dotted = name.Contains('.', StringComparison.Ordinal);
        for (int i = _scopes.Count - 1; i >= 0; i--)
        {
            if (_scopes[i] is not Dictionary<string, object?> map)
                continue;
            if ((wholeNamesFirst || !dotted) && map.TryGetValue(name, out object? whole))
                return whole;
            if (dotted && Walk(map, name, out object? value))
                return value;
        }

        return null;
    }

    /// <summary>
    /// False when the next scope has its turn. Cosmos' renderer goes on to it when a part in the middle is absent, too; the specification does not.
    /// </summary>
    private bool Walk(Dictionary<string, object?> scope, string name, out object? value)
    {
        string[] parts = name.Split('.');
        value = scope;
        for (int i = 0; i < parts.Length; i++)
        {
            if (value is Dictionary<string, object?> map && map.TryGetValue(parts[i], out object? next))
            {
                value = next;
                if (next is null)
                    return true;
                continue;
            }

            value = null;
            return i > 0 && (!wholeNamesFirst || i == parts.Length - 1);
        }

        return true;
    }
}
