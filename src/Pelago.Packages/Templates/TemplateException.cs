// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Templates;

/// <summary>A template that cannot be read, or that would print without end. <see cref="Line"/> counts from 1.</summary>
public sealed class TemplateException(string message, int line) : Exception(message)
{
    public int Line { get; } = line;
}
