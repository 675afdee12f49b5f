package hzproto;

import com.hazelcast.core.IFunction;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import java.io.IOException;
import java.io.Serializable;
import java.util.function.BiFunction;

/** Functions for atomic numbers and references, for filtering a ringbuffer, and for replacing a map's values. */
final class Functions {
    private Functions() {
    }

    /** Adds to a Long. */
    static final class AddNumber extends Identified implements IFunction<Long, Long> {
        static final int ID = 20;
        private long number;

        AddNumber() {
            super(ID);
        }

        @Override
        public Long apply(Long value) {
            return value + number;
        }

        @Override
        public void writeData(ObjectDataOutput out) throws IOException {
            out.writeLong(number);
        }

        @Override
        public void readData(ObjectDataInput in) throws IOException {
            number = in.readLong();
        }
    }

    /** Puts a text behind a String; null is an empty one. */
    static final class AppendText extends Identified implements IFunction<String, String> {
        static final int ID = 21;
        private String suffix;

        AppendText() {
            super(ID);
        }

        @Override
        public String apply(String value) {
            return (value == null ? "" : value) + suffix;
        }

        @Override
        public void writeData(ObjectDataOutput out) throws IOException {
            out.writeString(suffix);
        }

        @Override
        public void readData(ObjectDataInput in) throws IOException {
            suffix = in.readString();
        }
    }

    /** Whether a String starts with another. */
    static final class StartsWith extends Identified implements IFunction<String, Boolean> {
        static final int ID = 22;
        private String prefix;

        StartsWith() {
            super(ID);
        }

        @Override
        public Boolean apply(String value) {
            return value.startsWith(prefix);
        }

        @Override
        public void writeData(ObjectDataOutput out) throws IOException {
            out.writeString(prefix);
        }

        @Override
        public void readData(ObjectDataInput in) throws IOException {
            prefix = in.readString();
        }
    }

    /** Adds to the Integer values of a map. */
    static final class AddToValue extends Identified implements BiFunction<Object, Integer, Integer>, Serializable {
        static final int ID = 23;
        private int number;

        AddToValue() {
            super(ID);
        }

        @Override
        public Integer apply(Object key, Integer value) {
            return value + number;
        }

        @Override
        public void writeData(ObjectDataOutput out) throws IOException {
            out.writeInt(number);
        }

        @Override
        public void readData(ObjectDataInput in) throws IOException {
            number = in.readInt();
        }
    }
}
