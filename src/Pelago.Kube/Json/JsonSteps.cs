// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Pelago.Kube;

/// <summary>Steps of a reader through objects of which only some fields matter.</summary>
internal static class JsonSteps
{
    /// <summary>Goes on to the next property of the object; false at its end.</summary>
    public static bool Next(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>Goes on to the value of a property; one of another type is passed over.</summary>
    public static bool Enters(ref Utf8JsonReader reader, JsonTokenType expected)
    {
        reader.Read();
        if (reader.TokenType == expected)
            return true;
        reader.Skip();
        return false;
    }

    /// <summary>Goes on to the next object of an array; what else is in it is passed over. False at its end.</summary>
    public static bool NextObject(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                return true;
            reader.Skip();
        }

        return false;
    }
}
