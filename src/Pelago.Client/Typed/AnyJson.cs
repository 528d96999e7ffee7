// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pelago.Client;

/// <summary>Lets models carry fields of any shape (managedFields, ControllerRevision data), which their own serializer reads and cannot write.</summary>
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class AnyJson : JsonSerializerContext;
