// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Tables;

/// <summary>
/// A column as clients see it. <see cref="Type"/> and <see cref="Format"/> are OpenAPI's; a priority above 0 shows with <c>-o wide</c> only.
/// </summary>
internal sealed record TableColumn(string Name, string Type, string Description, int Priority = 0, string Format = "");
