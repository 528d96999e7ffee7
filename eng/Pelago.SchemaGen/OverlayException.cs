// SPDX-License-Identifier: Apache-2.0

namespace Pelago.SchemaGen;

/// <summary>The overlay says something that is not so; <see cref="Place"/> is <c>file(line)</c>, as build output names it.</summary>
internal sealed class OverlayException(string place, string message) : Exception(message)
{
    public string Place { get; } = place;
}
