// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Rendering;

/// <summary>Why a package was not rendered.</summary>
public enum RenderRefusal
{
    /// <summary>It was.</summary>
    None,

    /// <summary>It has no options, and some were given.</summary>
    TakesNoOptions,

    /// <summary>Its schema does not allow them.</summary>
    OptionsDoNotFit,

    /// <summary>There is nothing of it to run.</summary>
    NoTemplate,

    /// <summary>The template, or what it prints, cannot be read.</summary>
    Unreadable,

    /// <summary>It prints JSON that is no object.</summary>
    NoObject,
}
