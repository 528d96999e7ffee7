// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>A group and version; the core group is the empty string. Text form: <c>v1</c> or <c>apps/v1</c>.</summary>
public readonly record struct GroupVersion(string Group, string Version)
{
    /// <summary>Reads an <c>apiVersion</c> value. A text with more than one slash is not one: the result is false.</summary>
    public static bool TryParse(string? text, out GroupVersion value)
    {
        value = default;
        if (string.IsNullOrEmpty(text))
            return false;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            value = new GroupVersion("", text);
            return true;
        }
        if (slash == 0 || slash == text.Length - 1 || text.IndexOf('/', slash + 1) >= 0)
            return false;
        value = new GroupVersion(text[..slash], text[(slash + 1)..]);
        return true;
    }

    /// <summary>The <c>apiVersion</c> spelling.</summary>
    public override string ToString() => Group.Length == 0 ? Version : $"{Group}/{Version}";
}

/// <summary>What a document says it is: <c>apiVersion</c> and <c>kind</c>.</summary>
public readonly record struct GroupVersionKind(string Group, string Version, string Kind)
{
    public GroupVersion GroupVersion => new(Group, Version);
    public string ApiVersion => GroupVersion.ToString();
    public override string ToString() => $"{ApiVersion}, Kind={Kind}";
}

/// <summary>Where a kind is served: <c>/apis/GROUP/VERSION/RESOURCE</c>, or <c>/api/v1/RESOURCE</c> for the core group.</summary>
public readonly record struct GroupVersionResource(string Group, string Version, string Resource)
{
    public GroupVersion GroupVersion => new(Group, Version);
    public GroupResource GroupResource => new(Group, Resource);
    public override string ToString() => $"{GroupVersion}, Resource={Resource}";
}

/// <summary>A resource without its version, as error messages name it: <c>pods</c>, <c>deployments.apps</c>.</summary>
public readonly record struct GroupResource(string Group, string Resource)
{
    public override string ToString() => Group.Length == 0 ? Resource : $"{Resource}.{Group}";
}
