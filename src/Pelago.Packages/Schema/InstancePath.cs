// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace Pelago.Packages.Schema;

/// <summary>Where in a document a check is; made into a pointer only when something is wrong there.</summary>
internal sealed class InstancePath
{
    public static readonly InstancePath Root = new(null, "");
    private readonly InstancePath? _parent;
    private readonly string _token;

    private InstancePath(InstancePath? parent, string token) => (_parent, _token) = (parent, token);

    public InstancePath Field(string name) => new(this, name);

    public InstancePath Item(int index) => new(this, index.ToString(CultureInfo.InvariantCulture));

    public override string ToString() => _parent is null ? "" : $"{_parent}/{Escape(_token)}";

    public static string Escape(string token) => token.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    public static string Unescape(string token) => token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}
