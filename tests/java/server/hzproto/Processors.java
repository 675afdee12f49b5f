package hzproto;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import java.io.IOException;
import java.util.Map;

/** Entry processors. */
final class Processors {
    private Processors() {
    }

    /** Adds to a number, keeps its type, and returns the sum. An absent value is the Integer 0. */
    static final class Add extends Identified implements EntryProcessor<Object, Object, Object> {
        static final int ID = 1;
        private long number;

        Add() {
            super(ID);
        }

        Add(long number) {
            super(ID);
            this.number = number;
        }

        @Override
        public Object process(Map.Entry<Object, Object> entry) {
            Object value = entry.getValue();
            Object sum = value instanceof Long old ? (Object) (old + number)
                    : (Object) ((value == null ? 0 : (Integer) value) + (int) number);
            entry.setValue(sum);
            return sum;
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

    /** Sets a value, or removes the entry for null, and returns the value before. */
    static final class Set extends Identified implements EntryProcessor<Object, Object, Object> {
        static final int ID = 2;
        private Object value;

        Set() {
            super(ID);
        }

        @Override
        public Object process(Map.Entry<Object, Object> entry) {
            Object old = entry.getValue();
            entry.setValue(value);
            return old;
        }

        @Override
        public void writeData(ObjectDataOutput out) throws IOException {
            out.writeObject(value);
        }

        @Override
        public void readData(ObjectDataInput in) throws IOException {
            value = in.readObject();
        }
    }

    /** Throws an IllegalStateException with the given message. */
    static final class Fail extends Identified implements EntryProcessor<Object, Object, Object> {
        static final int ID = 3;
        private String message;

        Fail() {
            super(ID);
        }

        @Override
        public Object process(Map.Entry<Object, Object> entry) {
            throw new IllegalStateException(message);
        }

        @Override
        public void writeData(ObjectDataOutput out) throws IOException {
            out.writeString(message);
        }

        @Override
        public void readData(ObjectDataInput in) throws IOException {
            message = in.readString();
        }
    }
}
